import type { Command, StandardSchema } from '@waybill/core';
import { assertSent, defineCommand } from '@waybill/core';
import type { ISpan } from '@waybill/core/telemetry';
import { allocation, UNCOLLECTED } from '../measure/allocation.ts';
import { handOn, memoryBus, type MemoryBusOptions, passAsync, passOut, type Sends } from '../measure/memory-bus.ts';
import { Order } from '../measure/order.ts';
import { nanoseconds } from '../measure/throughput.ts';
import type { Pace, Row } from '../row.ts';

const ignore = (): void => undefined;

/** Checks by hand, so that the time is that of the two steps and not of a library. */
const orderSchema: StandardSchema<Order> = {
  '~standard': {
    version: 1,
    vendor: 'bench',
    validate: (value) => {
      const { orderId, customer, total, express } = value as Partial<Order>;
      const fits = typeof orderId === 'string' && typeof customer === 'string' && typeof total === 'number' && typeof express === 'boolean';
      return fits ? { value: value as Order } : { issues: [{ message: 'no order' }] };
    },
  },
};
const CheckedOrder: Command<Order> = defineCommand('bench.checked-order', { schema: orderSchema });

const span: ISpan = { run: (work) => work(), inject: ignore, setAttributes: ignore, end: ignore };
const instrument = { add: ignore, record: ignore };
const meter = { createCounter: () => instrument, createHistogram: () => instrument, createUpDownCounter: () => instrument };

const withKeys: Sends = async (bus, command, count) => {
  for (let index = 0; index < count; index += 1) await bus.send(command, new Order(index), { partitionKey: `key-${index % 100}` });
};
const withHeaders: Sends = async (bus, command, count) => {
  const headers = { 'shop-region': 'north', 'shop-channel': 'web' };
  for (let index = 0; index < count; index += 1) await bus.send(command, new Order(index), { headers });
};
const inBatches: Sends = async (bus, command, count) => {
  for (let from = 0; from < count; from += 100) {
    const orders = Array.from({ length: 100 }, (_, index) => new Order(from + index));
    assertSent(await bus.sendAll(command, orders));
  }
};

/** One option at a time, all else as by default: concurrency 16, no middleware, nobody watches. */
const OPTIONS: Readonly<Record<string, MemoryBusOptions>> = {
  'one asynchronous middleware': { bus: { middleware: [passAsync] } },
  'three asynchronous middleware': { bus: { middleware: [passAsync, passAsync, passAsync] } },
  'three middleware that only hand on': { bus: { middleware: [handOn, handOn, handOn] } },
  'one asynchronous middleware on the way out': { bus: { sendMiddleware: [passOut] } },
  'a schema, checked on both sides': { command: CheckedOrder },
  '`ambient: true`': { bus: { ambient: true } },
  'an observer': { bus: { observers: [ignore] } },
  '`telemetry: { statistics: true }`': { bus: { telemetry: { statistics: true } } },
  'a meter that does nothing': { bus: { telemetry: { meter } } },
  'a tracer that does nothing': { bus: { telemetry: { tracer: { startSpan: () => span } } } },
  '`telemetry: { diagnostics: true }`, nobody subscribed': { bus: { telemetry: { diagnostics: true } } },
  'retries and redeliveries that nothing needs': { endpoint: { recovery: { retries: 3, redeliver: ['10s', '1m'] } } },
  'a handler timeout of 30 s': { endpoint: { timeout: '30s' } },
  'an asynchronous handler': { handle: () => Promise.resolve() },
  'two headers of the sender': { sends: withHeaders },
  'a partition key': { sends: withKeys },
  '`ordered: true`, a partition key': { endpoint: { ordered: true }, sends: withKeys },
  '`sendAll` in batches of 100': { sends: inBatches },
  '`concurrency: 1`': { endpoint: { concurrency: 1 } },
};

/** An option is measured for less time than a whole path: there are many. */
const brisk = (pace: Pace): Pace => ({ ...pace, warmUpMs: pace.warmUpMs * 0.5, sampleMs: pace.sampleMs * 0.4 });

export const rows: readonly Row[] = Object.entries(OPTIONS).flatMap(([title, options]): readonly Row[] => [
  {
    section: 'costs',
    title,
    unit: 'ns/msg',
    ours: async (pace) => nanoseconds(await memoryBus(options), brisk(pace)),
    peers: { 'the defaults': async (pace) => nanoseconds(await memoryBus(), brisk(pace)) },
    targets: [],
  },
  {
    section: 'costs',
    title,
    unit: 'B/msg',
    compare: 'difference',
    rounds: 1,
    nodeOptions: UNCOLLECTED,
    ours: async () => allocation(await memoryBus(options)),
    peers: { 'the defaults': async () => allocation(await memoryBus()) },
    targets: [],
  },
]);
