import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const aDeadLetterKeepsTheMessage: TransportCase = {
  name: 'a dead letter keeps bytes and headers and tells the reason; it is gone from its endpoint and comes to nobody',
  number: 22,
  group: 'dead-letters',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const body = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const entry = bench.entry('kept', { body });
    await bench.sendAccepted(entry);
    await bench.receive(5);
    const delivery = await bench.arrival(0);
    delivery.message.body.fill(7);
    await delivery.deadLetter({
      headers: new Map([
        [HEADERS.reason, 'failed'],
        [HEADERS.origin, bench.endpoint.name],
      ]),
    });
    const [letter, ...others] = await bench.deadLetters();
    expectThat(letter !== undefined && others.length === 0, `${others.length} dead letters too many, or none`);
    expectThat(letter.message.body.join() === body.join(), 'the bytes of the dead letter are other ones');
    const { headers } = letter.message;
    for (const [name, value] of entry.headers) expectThat(headers.get(name) === value, `the header ${name} is ${headers.get(name)}`);
    expectThat(headers.get(HEADERS.reason) === 'failed' && headers.get(HEADERS.origin) === bench.endpoint.name, 'the reason is gone');
    expectThat((await bench.transport.deadLetters.count(bench.endpoint.name)) === 1, 'the count is not 1');
    await bench.close();
    await bench.reopen();
    await bench.receive(5);
    await bench.arrivedExactly(1, 'after it was dead-lettered');
    expectThat((await bench.deadLetters()).map((one) => textOf(one)).length === 1, 'the dead letter is gone after a new connection');
    await bench.close();
    return 'proven';
  },
};
