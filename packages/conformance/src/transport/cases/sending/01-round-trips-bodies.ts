import { seededRandom } from '@waybill/simulation';
import { expectThat } from '../../../runner.ts';
import { Bench } from '../../bench.ts';
import type { TransportCase } from '../../transport-case.ts';

export const roundTripsBodies: TransportCase = {
  name: 'bodies of 0, 1, 65,535 and the most bytes arrive as they were when they were sent',
  number: 1,
  group: 'sending',
  run: async (harness) => {
    const bench = await Bench.open(harness);
    const most = harness.capabilities.maxMessageBytes;
    const sizes = [0, 1, Math.min(65_535, most), most];
    await bench.receive(1);
    for (const [index, size] of sizes.entries()) {
      const body = bytes(size);
      await bench.sendAccepted(bench.entry('bytes', { body: body.slice() }));
      const delivery = await bench.arrival(index);
      expectThat(isEqual(delivery.message.body, body), `a body of ${size} bytes came as ${delivery.message.body.byteLength}, or changed`);
      await delivery.ack();
    }
    await bench.close();
    return 'proven';
  },
};

const BLOCK = 4_093; // a prime: no block of the broker's own begins where one of these does

/** Every value of a byte, in no order: no text in any encoding. */
function bytes(size: number): Uint8Array {
  const random = seededRandom(size);
  const block = Uint8Array.from({ length: BLOCK }, (_, index) => (index < 256 ? index : Math.floor(random() * 256)));
  const all = new Uint8Array(size);
  for (let at = 0; at < size; at += BLOCK) all.set(block.subarray(0, Math.min(BLOCK, size - at)), at);
  return all;
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.byteLength === b.byteLength && a.every((value, index) => value === b[index]);
