import { rabbitmqChaos } from './rabbitmq.ts';
import type { ChaosTransport } from './transport.ts';

/** All that chaos can be made with. */
export const TRANSPORTS = Object.freeze({ rabbitmq: rabbitmqChaos }) satisfies Readonly<Record<string, ChaosTransport>>;

export type TransportName = keyof typeof TRANSPORTS;

export const TRANSPORT_NAMES = Object.keys(TRANSPORTS) as readonly TransportName[];

export function transportNamed(name: TransportName): ChaosTransport {
  return TRANSPORTS[name];
}
