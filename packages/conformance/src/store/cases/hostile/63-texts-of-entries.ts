import { expectThat } from '../../../runner.ts';
import { HOSTILE_TEXTS } from '../../hostile-texts.ts';
import { StoreBench, entryOf, expectSame, outcomeOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const textsOfEntries: StoreCase = {
  name: 'headers, partition keys, destinations and scopes of any characters come back as they were; what cannot be kept is refused as a whole',
  number: 63,
  group: 'hostile',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    for (const [index, text] of HOSTILE_TEXTS.entries()) {
      const own = bench.aside(`${bench.scope}${text}`);
      const entry = entryOf(`row ${index}`, {
        destination: { kind: 'topic', name: text },
        headers: new Map([
          ['waybill-id', text],
          [text === '' ? 'empty' : text, 'value'],
        ]),
        partitionKey: text,
        copy: text,
      });
      const stored = await outcomeOf(own.add(entry));
      if (stored !== 'it succeeded') {
        expectThat(stored.length > 0 && isHard(text), `${JSON.stringify(text)} was refused: ${stored}`);
        continue;
      }
      const { rows } = await own.relay(`relay ${text}`).lease();
      expectThat(rows.length === 1, `${rows.length} rows came back in the scope with ${JSON.stringify(text)}`);
      const { destination, headers, partitionKey, copy } = rows[0]?.entry ?? entry.entry;
      const back = [
        destination.kind === 'topic' ? destination.name : destination.kind,
        headers.get('waybill-id'),
        partitionKey,
        copy,
        String(headers.has(text === '' ? 'empty' : text)),
      ];
      expectSame(`what came back of ${JSON.stringify(text)}`, back, [text, text, text, text, 'true']);
    }
  },
};

/** Characters that a database may refuse: NUL, and halves of a character. */
const isHard = (text: string): boolean => text.includes('\u0000') || /\p{Surrogate}/u.test(text);
