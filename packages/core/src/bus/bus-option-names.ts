import type { AnyBusOptions } from './bus-options.ts';

/** The names of all options of a bus; for what takes them too and refuses others. */
export const BUS_OPTIONS: readonly string[] = Object.keys({
  name: true,
  transport: true,
  namespace: true,
  container: true,
  store: true,
  routes: true,
  publishes: true,
  sends: true,
  provisioning: true,
  middleware: true,
  sendMiddleware: true,
  ambient: true,
  observers: true,
  telemetry: true,
  serializers: true,
  publishTimeout: true,
  maxOutstandingPublishes: true,
  publishOverflow: true,
  drainTimeout: true,
  runtime: true,
  logger: true,
  endpoints: true,
  handlers: true,
} satisfies Record<keyof AnyBusOptions, true>);
