import { expectThat } from '../../../runner.ts';
import { Bench, describeOutcome } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const DELAY_MS = 3_000;
const TOLERANCE_MS = 2_000;

export const aDelayedMessageComesWhenDue: TransportCase = {
  name: 'a delayed message comes not before it is due and within two seconds after; what is due in the past comes now',
  number: 18,
  group: 'delay',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const { delay } = harness.capabilities;
    const times: number[] = [];
    await bench.receive(10, (delivery) => {
      times.push(harness.runtime.now());
      void delivery.ack();
    });
    await bench.sendAccepted(bench.entry('past', { notBefore: harness.runtime.now() - 1 }));
    await bench.arrivedExactly(1, 'of one that was due in the past');
    const due = harness.runtime.now() + DELAY_MS;
    const [outcome] = await bench.transport.send([bench.entry('late', { notBefore: due })], {});
    if (delay.maxMs < DELAY_MS || delay.steps === 'policy') {
      expectThat(outcome?.status === 'rejected' && !outcome.retryable, `a delay that it has not was ${describeOutcome(outcome)}`);
      await harness.pass(DELAY_MS + TOLERANCE_MS);
      await bench.arrivedExactly(1, 'after a delayed message was refused');
      await bench.close();
      return 'refused';
    }
    expectThat(outcome?.status === 'accepted', `the delayed message was ${describeOutcome(outcome)}`);
    await bench.arrivedExactly(1, 'before the second is due');
    await harness.pass(DELAY_MS + TOLERANCE_MS);
    await bench.arrivedExactly(2, 'two seconds after the second was due');
    const after = (times[1] ?? 0) - due;
    expectThat(after >= 0 && after <= TOLERANCE_MS, `it came ${after} ms after it was due`);
    await bench.close();
    return 'proven';
  },
};
