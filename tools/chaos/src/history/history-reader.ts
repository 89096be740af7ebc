import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

import type { Line } from './fact.ts';

const CHUNK_BYTES = 1 << 20;
const ENDING = '.jsonl';

/** Reads the files of a history while they are written: each call gives the lines that came since the last one, in order by file. */
export class HistoryReader {
  readonly #folder: string;
  readonly #read = new Map<string, number>();
  readonly #finished = new Set<string>();
  /** One for all files: whoever reads stands between the processes and the broker, and must not hold them up. */
  readonly #bytes = Buffer.allocUnsafe(CHUNK_BYTES);

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a kill cut off in the middle of a line is never complete, and is left out. */
  *newLines(): Generator<Line> {
    for (const name of readdirSync(this.#folder).toSorted())
      if (name.endsWith(ENDING) && !this.#finished.has(name)) yield* this.#linesOf(name);
  }

  /** What it has written was read to the end, and nothing more comes: its file is not opened again. */
  finished(by: string): void {
    this.#finished.add(`${by}${ENDING}`);
  }

  *#linesOf(name: string): Generator<Line> {
    const file = openSync(join(this.#folder, name), 'r');
    try {
      for (;;) {
        const from = this.#read.get(name) ?? 0;
        const length = readSync(file, this.#bytes, 0, CHUNK_BYTES, from);
        const whole = this.#bytes.subarray(0, length).lastIndexOf('\n') + 1;
        if (whole === 0) return;
        this.#read.set(name, from + whole);
        for (const line of this.#bytes.toString('utf8', 0, whole - 1).split('\n')) yield JSON.parse(line) as Line;
      }
    } finally {
      closeSync(file);
    }
  }
}
