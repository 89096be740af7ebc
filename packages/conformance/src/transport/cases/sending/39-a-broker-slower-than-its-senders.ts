import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const TIMEOUT_MS = 1_000;
const SENDS = 1_500;
/** What may be under way without an answer, by default. */
const MOST_OUTSTANDING = 1_000;

export const aBrokerSlowerThanItsSenders: TransportCase = {
  name: 'of 1,500 sends that the broker does not answer 1,000 have left, none is open for longer than the publish timeout, and later ones are accepted',
  number: 39,
  group: 'sending',
  needsKill: ['hold-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness, { publishTimeoutMs: TIMEOUT_MS });
    const fault = await harness.inject('hold-confirm');
    const sends = Promise.all(Array.from({ length: SENDS }, (_, n) => bench.send(`message ${n}`)));
    const outcomes = (await harness.within(TIMEOUT_MS * 2, 'sends that the broker does not answer', sends)).flat();
    const unknown = outcomes.filter(({ status }) => status === 'unknown').length;
    const others = outcomes.filter(({ status }) => status !== 'unknown');
    const strange = others.find((outcome) => outcome.status !== 'rejected' || !outcome.retryable);
    expectThat(strange === undefined, `one was ${describeOutcome(strange)} without an answer`);
    // In real time the first end a moment before the last, which then have room.
    const isBounded = harness.isVirtual ? unknown === MOST_OUTSTANDING : unknown >= MOST_OUTSTANDING;
    expectThat(isBounded && outcomes.length === SENDS, `${unknown} of ${SENDS} had left when none was answered, not ${MOST_OUTSTANDING}`);
    expectThat((harness.openTimers ?? 0) === 0, `${harness.openTimers} timers are left of sends that have ended`);
    await fault.end();
    await bench.sendAccepted(bench.entry('later'));
    await bench.consume(50);
    await harness.until('the later message', () => bench.texts().includes('later'));
    await harness.quiet();
    const distinct = new Set(bench.texts()).size;
    expectThat(distinct <= unknown + 1, `${distinct - unknown - 1} messages came that were rejected`);
    expectThat(distinct === bench.arrived.length, `${bench.arrived.length - distinct} messages came twice`);
    await bench.close();
    return 'proven';
  },
};
