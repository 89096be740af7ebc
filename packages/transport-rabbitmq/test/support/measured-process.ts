import { join } from 'node:path';
import { ScriptProcess } from '@waybill/fault-kit';
import type { MeasuredLoad, MemorySample } from './measured-load.ts';

/** A process of its own that sends and receives, and tells what memory it holds. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #samples: MemorySample[] = [];
  readonly #process: ScriptProcess;

  constructor(load: MeasuredLoad) {
    this.#process = new ScriptProcess({
      script: join(import.meta.dirname, 'measured-load.ts'),
      parameters: [JSON.stringify(load)],
      onLine: (sample) => this.#samples.push(sample as MemorySample),
    });
  }

  /** The last one. @throws Error where the process has ended. */
  get last(): MemorySample {
    if (!this.#process.isRunning) throw new Error(`The process has ended: ${this.#process.errors}`);
    return this.#samples.at(-1) ?? NONE;
  }

  /** The least between two moments: what is under way comes and goes, what leaks stays. */
  least(of: 'heldBytes' | 'rssBytes', from: number, to: number = Number.POSITIVE_INFINITY): number {
    return Math.min(...this.#between(of, from, to));
  }

  /** The most between two moments. */
  most(of: 'heldBytes' | 'rssBytes', from: number, to: number): number {
    return Math.max(...this.#between(of, from, to));
  }

  #between(of: 'heldBytes' | 'rssBytes', from: number, to: number): readonly number[] {
    return this.#samples.filter(({ at }) => at >= from && at <= to).map((sample) => sample[of]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

const NONE: MemorySample = {
  at: 0,
  heldBytes: 0,
  rssBytes: 0,
  open: 0,
  accepted: 0,
  rejected: 0,
  unknown: 0,
  handled: 0,
  connection: '',
};
