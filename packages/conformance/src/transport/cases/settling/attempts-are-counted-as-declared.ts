import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const attemptsAreCountedAsDeclared: TransportCase = {
  name: 'the broker counts a delivery that ended without a word, and counts what was released only where it says so',
  group: 'settling',
  run: async (harness) => {
    const { kind, countsReleases } = harness.capabilities.attempts;
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(1);
    const first = await bench.arrival(0);
    await bench.close();
    await bench.reopen();
    await bench.receive(1);
    const second = await bench.arrival(1);
    await second.release();
    const third = await bench.arrival(2);
    await third.ack();
    await bench.close();
    const seen = [first, second, third].map(({ attempt }) => attempt);
    const described = `the attempts of a lost, a released and a third delivery were ${seen.join(', ')}`;
    if (kind === 'none') {
      expectThat(
        seen.every((attempt) => attempt === undefined),
        described,
      );
      return 'refused';
    }
    expectThat(seen[0] === 1 && seen[1] === 2, described);
    if (kind === 'count') expectThat(seen[2] === (countsReleases ? 3 : 2), described);
    return 'proven';
  },
};
