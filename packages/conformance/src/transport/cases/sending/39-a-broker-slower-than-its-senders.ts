import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const TIMEOUT_MS = 1_000;
const SENDS = 1_000;

export const aBrokerSlowerThanItsSenders: TransportCase = {
  name: 'of 1,000 sends that the broker does not answer none is open for longer than the publish timeout, and later ones are accepted',
  number: 39,
  group: 'sending',
  needsKill: ['hold-confirm'],
  run: async (harness) => {
    const bench = await Bench.open(harness, { publishTimeoutMs: TIMEOUT_MS });
    const fault = await harness.inject('hold-confirm');
    const sends = Promise.all(Array.from({ length: SENDS }, (_, n) => bench.send(`message ${n}`)));
    const outcomes = (await harness.within(TIMEOUT_MS * 2, 'sends that the broker does not answer', sends)).flat();
    const others = outcomes.filter(({ status }) => status !== 'unknown');
    expectThat(outcomes.length === SENDS && others.length === 0, `${others.length} were ${describeOutcome(others[0])} without an answer`);
    expectThat((harness.openTimers ?? 0) === 0, `${harness.openTimers} timers are left of sends that have ended`);
    await fault.end();
    await bench.sendAccepted(bench.entry('later'));
    await bench.consume(50);
    await harness.until('the later message', () => bench.texts().includes('later'));
    await harness.quiet();
    const distinct = new Set(bench.texts()).size;
    expectThat(distinct === bench.arrived.length, `${bench.arrived.length - distinct} messages came twice`);
    await bench.close();
    return 'proven';
  },
};
