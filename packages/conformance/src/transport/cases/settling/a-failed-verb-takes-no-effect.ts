import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aFailedVerbTakesNoEffect: TransportCase = {
  name: 'a verb that rejects took no effect: the delivery is still unsettled, its credit is not returned, another verb works',
  group: 'settling',
  needsKill: ['fail-settlement'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one', 'two');
    await bench.receive(1);
    const first = await bench.arrival(0);
    await harness.inject('fail-settlement', { count: 2 });
    await rejectionOf('an ack that was made to fail', () => first.ack());
    await rejectionOf('a dead letter that was made to fail', () => first.deadLetter({ headers: new Map() }));
    await bench.arrivedExactly(1, 'with a prefetch of 1, after settlements that failed');
    expectThat((await bench.transport.deadLetters.count(bench.endpoint.name)) === 0, 'a dead letter stands there although it failed');
    expectThat((await first.ack()) === 'settled', 'the delivery could not be settled afterwards');
    const second = await bench.arrival(1);
    expectThat(textOf(second) !== textOf(first), 'the message came again although it was acked in the end');
    await second.ack();
    await bench.close();
    return 'proven';
  },
};
