import type { Pace, Row, Variant } from '../../row.ts';
import type { MakeQueueClient, QueueType } from './queue-client.ts';
import { waybill } from './waybill.ts';
import type { MeasuredQueue } from './with-queue.ts';
import { withQueue } from './with-queue.ts';

type Measure = (measured: MeasuredQueue, pace: Pace) => ReturnType<Variant>;

/** A row for classic queues and one for quorum queues: what is measured, with which peers, and what the row says. */
export function bothQueues(
  measure: Measure,
  peers: Readonly<Record<string, MakeQueueClient>>,
  row: (type: QueueType) => Omit<Row, 'ours' | 'peers' | 'servers'>,
): readonly Row[] {
  return (['classic', 'quorum'] as const).map((type) => {
    const variant =
      (make: MakeQueueClient): Variant =>
      (pace, url) =>
        withQueue(make, type, url, (measured) => measure(measured, brisk(pace)));
    const theirs = Object.entries(peers).map(([name, make]) => [name, variant(make)] as const);
    return { servers: ['rabbitmq'], ours: variant(waybill), peers: Object.fromEntries(theirs), ...row(type) };
  });
}

/** Connecting takes its time as well, and there are many. */
const brisk = (pace: Pace): Pace => ({ ...pace, warmUpMs: pace.warmUpMs * 0.8, sampleMs: pace.sampleMs * 0.5 });
