import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const TIMEOUT_MS = 1_000;
const TOLERANCE = 0.2;

export const endsAsUnknownAtTheTimeout: TransportCase = {
  name: 'a send without an answer ends as unknown at the publish timeout, not before, and harms no later send',
  number: 10,
  group: 'sending',
  needsKill: ['drop-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness, { publishTimeoutMs: TIMEOUT_MS });
    await harness.inject('drop-confirm');
    const begun = harness.runtime.monotonic();
    const [outcome] = await harness.within(TIMEOUT_MS * (1 + TOLERANCE), 'a send without an answer', bench.send('unanswered'));
    const took = harness.runtime.monotonic() - begun;
    expectThat(outcome?.status === 'unknown', `a send without an answer was ${describeOutcome(outcome)}`);
    expectThat(took >= TIMEOUT_MS * (1 - TOLERANCE), `it ended after ${took} ms, before the timeout of ${TIMEOUT_MS} ms`);
    await bench.sendAccepted(bench.entry('later'));
    await bench.consume(5);
    await harness.until('the later message', () => bench.texts().includes('later'));
    await bench.close();
    return 'proven';
  },
};
