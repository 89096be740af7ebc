import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const anAbortEndsTheWaitForAConfirm: TransportCase = {
  name: 'an abort ends the wait for a confirm as unknown, at once; with an aborted signal nothing leaves',
  group: 'sending',
  needsKill: ['drop-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await harness.inject('drop-confirm');
    const abort = new AbortController();
    const sending = Promise.resolve(bench.transport.send([bench.entry('unanswered')], { signal: abort.signal }));
    await harness.quiet();
    const begun = harness.runtime.monotonic();
    abort.abort(new Error('enough'));
    const [outcome] = await harness.within(harness.patienceMs, 'a send that was aborted', sending);
    expectThat(outcome?.status === 'unknown', `a send that was aborted was ${describeOutcome(outcome)}`);
    expectThat(harness.runtime.monotonic() - begun < harness.patienceMs / 2, 'the send ended by its timeout, not by the abort');
    const [second] = await bench.transport.send([bench.entry('never')], { signal: abort.signal });
    expectThat(second?.status === 'rejected', `a send with an aborted signal was ${describeOutcome(second)}`);
    await bench.consume(5);
    await harness.quiet();
    expectThat(!bench.texts().includes('never'), 'a message left although its signal had aborted');
    await bench.close();
    return 'proven';
  },
};
