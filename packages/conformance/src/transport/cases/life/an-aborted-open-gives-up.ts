import { expectThat } from '../../../runner.ts';
import { rejectionOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const anAbortedOpenGivesUp: TransportCase = {
  name: 'an open with an aborted signal rejects and leaves nothing behind; the next one works',
  group: 'life',
  run: async (harness) => {
    const transport = harness.create();
    const abort = new AbortController();
    abort.abort(new Error('enough'));
    const opening = (): Promise<void> => transport.open({ ...harness.openOptions(), signal: abort.signal });
    await rejectionOf('an open with an aborted signal', opening);
    expectThat(harness.leftovers().length === 0, `an aborted open left ${harness.leftovers().join(', ')}`);
    await transport.open(harness.openOptions());
    await transport.topology.apply(transport.topology.plan({ endpoints: [], topics: [], subscriptions: [] }));
    await transport.close();
    return 'proven';
  },
};
