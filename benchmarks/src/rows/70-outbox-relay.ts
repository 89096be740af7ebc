import { Order } from '../measure/order.ts';
import type { Workload } from '../measure/outbox/relay-rate.ts';
import { relayRate } from '../measure/outbox/relay-rate.ts';
import { LargeOrder } from '../measure/rabbitmq/queue-client.ts';
import type { Row } from '../row.ts';

const NOTE =
  'All sides work off the same number of orders of the same content, out of tables that were filled and vacuumed before, with the settings of the server; a job of a peer does nothing, and ours is published into memory, where a handler does nothing. Ours stores its headers besides, and keeps an order per key. pg-boss: four workers that fetch 1,000; graphile-worker: 24 at once, a local queue of 500, completions in batches. Processes of their own, and always by the clock.';

const row = (title: string, workload: Workload, note?: string): Row => ({
  title: `outbox relay on PostgreSQL into memory, ${title}`,
  unit: 'msg/s',
  servers: ['postgres'],
  ours: relayRate('waybill', workload),
  peers: { 'pg-boss': relayRate('pg-boss', workload), 'graphile-worker': relayRate('graphile-worker', workload) },
  targets: [
    { against: 'pg-boss', atLeast: 1 },
    { against: 'graphile-worker', atLeast: 1 },
  ],
  ...(note === undefined ? {} : { note }),
});

const makeOrder = (number: number): Order => new Order(number);

export const rows: readonly Row[] = [
  row('one relay', { makeOrder }, NOTE),
  row('two relays', { makeOrder, processes: 2 }),
  row('one relay, 1 KB', { makeOrder: (number) => new LargeOrder(number) }),
];
