import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import type { Side } from './side.ts';
import { grouped } from './side.ts';

const TASK = 'submit-order';

/** graphile-worker as its page on performance sets it up: 24 at once, a local queue of 500, completions in batches. */
export const side: Side = {
  schema: 'graphile_worker',
  async fill(orders, [connectionString]) {
    const utils = await makeWorkerUtils({ connectionString });
    await utils.migrate();
    for (const group of grouped(orders)) await utils.addJobs(group.map((payload) => ({ identifier: TASK, payload })));
    await utils.release();
  },
  isEmpty: 'select not exists (select from graphile_worker._private_jobs) as is',
  async work([connectionString]) {
    let handled = 0;
    await run({
      preset: {
        worker: {
          connectionString,
          concurrentJobs: 24,
          maxPoolSize: 25,
          localQueue: { size: 500 },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
          logger: new Logger(() => () => {}),
        },
      },
      taskList: { [TASK]: () => void (handled += 1) },
    });
    return () => handled;
  },
};
