import { makeGate } from '../gate.ts';
import { outcomeOf, type StoreBench } from './store-bench.ts';

/** Two transactions that write the same two rows, each in its own order, both at once: what each came to. The second write's failure goes to `swallow`. */
export async function crossed(bench: StoreBench, rows: string, swallow: (error: unknown) => void): Promise<readonly string[]> {
  const both = makeGate();
  let writers = 0;
  const cross = (name: string, [one, two]: readonly [string, string]): Promise<string> =>
    outcomeOf(
      bench.transact(async (tx) => {
        await bench.setData(tx, `${rows} ${one}`, name);
        writers += 1;
        if (writers === 2) both.open();
        await both.opened;
        await bench.setData(tx, `${rows} ${two}`, name).catch(swallow);
      }),
    );
  return Promise.all([cross('first', ['a', 'b']), cross('second', ['b', 'a'])]);
}
