import type { InboxKey } from '@waybill/core/persistence';
import { expectThat } from '../../../runner.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const everyPartOfAKeyCounts: StoreCase = {
  name: 'keys that differ in one part are different work: scope, endpoint, handler and idempotency key, however they could be joined',
  number: 26,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const keys: readonly Partial<InboxKey>[] = [
      {},
      { scope: run.uniqueName() },
      { endpoint: 'other' },
      { handlerId: 'other' },
      { idempotencyKey: 'other' },
      { endpoint: 'a/b', handlerId: 'c' },
      { endpoint: 'a', handlerId: 'b/c' },
      { handlerId: 'a|b', idempotencyKey: 'c' },
      { handlerId: 'a', idempotencyKey: 'b|c' },
      { handlerId: 'a","b', idempotencyKey: 'c' },
      { handlerId: 'a', idempotencyKey: 'b","c' },
      { endpoint: '', handlerId: 'a' },
      { endpoint: 'a', handlerId: '' },
    ];
    for (const key of keys) expectThat((await bench.claimed(key)).status === 'new', `${JSON.stringify(key)} is taken for another`);
    for (const key of keys) expectThat((await bench.claimed(key)).status === 'completed', `${JSON.stringify(key)} is forgotten`);
  },
};
