import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, rejectionOf, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aRefusedDeadLetterIsNotLost: TransportCase = {
  name: 'where the dead letters accept nothing the message is not lost: it is still unsettled, comes again to the next owner, and is buried later',
  number: 23,
  group: 'dead-letters',
  needsKill: ['refuse-dead-letter'],
  run: async (harness) => {
    const bench = await Bench.open(harness);
    await bench.send('one');
    await bench.receive(5);
    const first = await bench.arrival(0);
    const headers = new Map([[HEADERS.reason, 'failed']]);
    const fault = await harness.inject('refuse-dead-letter', { endpoint: bench.endpoint.name });
    await rejectionOf('a dead letter that is refused', () => first.deadLetter({ headers }));
    expectThat((await bench.deadLetters()).length === 0, 'a dead letter stands there although it was refused');
    await bench.arrivedExactly(1, 'while it is unsettled');
    await bench.close();
    await bench.reopen();
    await bench.receive(5);
    const second = await bench.arrival(1);
    expectThat(textOf(second) === 'one', 'another message came');
    await fault.end();
    expectThat((await second.deadLetter({ headers })) === 'settled', 'it could not be buried after the fault');
    expectThat((await bench.deadLetters()).length === 1, 'it is not among the dead letters');
    await bench.close();
    return 'proven';
  },
};
