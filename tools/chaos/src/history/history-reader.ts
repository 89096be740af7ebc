import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

import type { Line } from './fact.ts';

const CHUNK_BYTES = 1 << 20;

/** Reads the files of a history while they are written: each call gives the lines that came since the last one, in order by file. */
export class HistoryReader {
  readonly #folder: string;
  readonly #read = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What a kill cut off in the middle of a line is never complete, and is left out. */
  *newLines(): Generator<Line> {
    for (const name of readdirSync(this.#folder).toSorted()) if (name.endsWith('.jsonl')) yield* this.#linesOf(name);
  }

  *#linesOf(name: string): Generator<Line> {
    const file = openSync(join(this.#folder, name), 'r');
    try {
      const bytes = Buffer.alloc(CHUNK_BYTES);
      for (;;) {
        const from = this.#read.get(name) ?? 0;
        const length = readSync(file, bytes, 0, CHUNK_BYTES, from);
        const whole = bytes.subarray(0, length).lastIndexOf('\n') + 1;
        if (whole === 0) return;
        this.#read.set(name, from + whole);
        for (const line of bytes.toString('utf8', 0, whole - 1).split('\n')) yield JSON.parse(line) as Line;
      }
    } finally {
      closeSync(file);
    }
  }
}
