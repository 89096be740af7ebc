import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { clockMs, type Fact } from './fact.ts';

/** Writes what one process sees into a file of its own, a line each. A line that is written survives the `kill -9` of its process. */
export class HistoryWriter {
  readonly #file: number;
  readonly #by: string;

  constructor(folder: string, by: string) {
    this.#file = openSync(join(folder, `${by}.jsonl`), 'a');
    this.#by = by;
  }

  write(fact: Fact): void {
    writeSync(this.#file, `${JSON.stringify({ t: clockMs(), by: this.#by, ...fact })}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}
