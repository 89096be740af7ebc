import { HEADERS } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

const DELAY_MS = 2_000;
const TOLERANCE_MS = 2_000;

export const aRedeliveryComesLater: TransportCase = {
  name: 'a redelivery comes not before its delay, once, with the new headers over the old ones and the same bytes',
  group: 'delay',
  run: async (harness) => {
    const bench = await Bench.open(harness, { redeliveryDelaysMs: [DELAY_MS] });
    await bench.send('one');
    const times: number[] = [];
    await bench.receive(5, () => void times.push(harness.runtime.now()));
    const first = await bench.arrival(0);
    const id = first.message.headers.get(HEADERS.id);
    first.message.body.fill(0);
    const begun = harness.runtime.now();
    await first.redeliver({ delayMs: DELAY_MS, headers: new Map([[HEADERS.attempt, '1']]) });
    await bench.arrivedExactly(1, 'before the redelivery is due');
    await harness.pass(DELAY_MS + TOLERANCE_MS);
    await bench.arrivedExactly(2, 'after the redelivery was due');
    const second = await bench.arrival(1);
    const after = (times[1] ?? 0) - begun - DELAY_MS;
    expectThat(after >= 0 && after <= TOLERANCE_MS, `it came ${after} ms after it was due`);
    const { headers } = second.message;
    expectThat(headers.get(HEADERS.attempt) === '1', 'the header of the redelivery is not there');
    expectThat(headers.get(HEADERS.id) === id && headers.get('x-text') === 'one', 'headers of the message are gone');
    expectThat(textOf(second) === 'one', 'the bytes are other ones');
    const { redeliver, attempts } = harness.capabilities;
    if (attempts.kind === 'count') {
      const wanted = redeliver === 'in-place' ? 2 : 1;
      expectThat(second.attempt === wanted, `a redelivery ${redeliver} came as attempt ${second.attempt} of the broker`);
    }
    await second.ack();
    await bench.close();
    return 'proven';
  },
};
