import { expectThat } from '../../../runner.ts';
import { bytesOf } from '../../outbox-texts.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const bodies: StoreCase = {
  name: 'bodies of any bytes come back byte for byte: empty ones, all values, texts and what is nearly one, a window of a larger buffer, a megabyte',
  number: 64,
  group: 'hostile',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    const window = new Uint8Array(all.buffer, 100, 20);
    const large = Uint8Array.from({ length: 1_048_576 }, (_, index) => (index * 31) % 251);
    const texts = [bytesOf('"{\\u0000}" äß€😀\r\n\t\u007f'), bytesOf('\ufeffa text behind a mark')];
    const nearlyTexts = [
      Uint8Array.of(0x61, 0xe2, 0x82), // half a letter
      Uint8Array.of(0xc0, 0xaf), // longer than need be
      Uint8Array.of(0xed, 0xa0, 0x80), // half a pair
      Uint8Array.of(0xf4, 0x90, 0x80, 0x80), // beyond the last letter
      all.subarray(1),
    ];
    const bodies = [new Uint8Array(0), all, window, large, bytesOf('\\x00\\000'), Uint8Array.of(0), ...texts, ...nearlyTexts];
    await bench.add(...bodies.map((body) => ({ entry: { ...entryOf('').entry, body } })));
    const { rows } = await bench.relay().lease();
    expectThat(rows.length === bodies.length, `${rows.length} rows came back`);
    for (const [index, body] of bodies.entries()) {
      const back = rows[index]?.entry.body;
      const isSame = back instanceof Uint8Array && back.length === body.length && back.every((byte, at) => byte === body[at]);
      expectThat(isSame, `body ${index} of ${body.length} bytes came back with ${back?.length} bytes`);
    }
  },
};
