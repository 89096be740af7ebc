import { PgBoss } from 'pg-boss';
import type { Side } from './side.ts';
import { grouped } from './side.ts';

const QUEUE = 'submit-order';

/** pg-boss with four workers that take a thousand jobs at a time, and the next ones at once; neither more workers nor larger batches were faster. */
export const side: Side = {
  schema: 'pgboss',
  async fill(orders, [connectionString]) {
    const boss = await started(connectionString);
    await boss.createQueue(QUEUE);
    for (const group of grouped(orders))
      await boss.insert(
        QUEUE,
        group.map((data) => ({ data })),
      );
    await boss.stop();
  },
  isEmpty: `select not exists (select from pgboss.job where name = '${QUEUE}' and state < 'completed') as is`,
  async work([connectionString]) {
    let handled = 0;
    const boss = await started(connectionString);
    const options = { batchSize: 1_000, localConcurrency: 4, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
    await boss.work(QUEUE, options, async (jobs) => void (handled += jobs.length));
    return () => handled;
  },
};

async function started(connectionString: string): Promise<PgBoss> {
  const boss = new PgBoss({ connectionString, supervise: false, schedule: false });
  await boss.start();
  return boss;
}
