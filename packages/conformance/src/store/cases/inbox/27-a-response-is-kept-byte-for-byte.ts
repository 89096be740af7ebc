import { expectThat } from '../../../runner.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const aResponseIsKeptByteForByte: StoreCase = {
  name: 'whoever comes again gets the response that was kept, byte for byte; an empty one is not none, and without one there is none',
  number: 27,
  group: 'inbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    for (const [index, response] of [undefined, new Uint8Array(0), all, new Uint8Array(300_000).fill(7)].entries()) {
      const key = { idempotencyKey: `message ${index}` };
      await bench.transact(async (tx) => {
        await bench.claim(tx, key);
        if (response !== undefined) await bench.store.inbox.keepResponse(tx, bench.key(key), response);
      });
      for (let time = 0; time < 2; time += 1) {
        const claim = await bench.claimed(key);
        const kept = claim.status === 'completed' ? claim.response : 'no claim';
        const isSame =
          kept === undefined || response === undefined ? kept === response : kept instanceof Uint8Array && isSameBytes(kept, response);
        expectThat(isSame, `response ${index} came back as ${kept instanceof Uint8Array ? `${kept.length} bytes` : String(kept)}`);
      }
    }
  },
};

const isSameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, at) => byte === right[at]);
