import { expectThat } from '../../../runner.ts';
import { outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const anAbortedOpenGivesUp: StoreCase = {
  name: 'an open whose signal has aborted rejects with its reason, leaves nothing open, and may be tried again',
  number: 4,
  group: 'life',
  run: async (run) => {
    const store = run.create();
    const reason = new Error('enough');
    let thrown: unknown;
    await run.soon(
      'an aborted open',
      store.open(run.openOptions(AbortSignal.abort(reason))).catch((error: unknown) => (thrown = error)),
    );
    expectThat(thrown === reason, `it rejected with ${String(thrown)}`);
    const late = await outcomeOf(
      run.soon(
        'a transaction',
        store.transact(() => Promise.resolve()),
      ),
    );
    expectThat(late === 'STORE_UNAVAILABLE', `a transaction came to: ${late}`);
    run.own(() => store.close());
    await run.soon('the next open', store.open(run.openOptions()));
    await run.soon(
      'a transaction',
      store.transact(() => Promise.resolve()),
    );
  },
};
