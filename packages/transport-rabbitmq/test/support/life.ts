import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One life of `crashing-process.ts`. */
export class Life implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(...parameters: readonly string[]) {
    const script = join(import.meta.dirname, 'crashing-process.ts');
    const child = spawn(process.execPath, ['--conditions=@waybill/source', script, ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => this.lines.push(line));
    this.#exited = once(child, 'close');
    this.#child = child;
  }

  get killedBy(): NodeJS.Signals | null {
    return this.#child.signalCode;
  }

  get hasEnded(): boolean {
    return this.killedBy !== null || this.#child.exitCode !== null;
  }

  /** The numbers behind such a word. */
  told(word: string): readonly number[] {
    return this.lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));
  }

  /** What was begun and not done before the last begin of that number. */
  beside(n: number): readonly number[] {
    const before = this.lines.slice(0, this.lines.lastIndexOf(`begin ${n}`));
    return before
      .filter((line) => line.startsWith('begin ') && !before.includes(line.replace('begin', 'done')))
      .map((line) => Number(line.slice(6)));
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Resolves when it is over and all its lines are read. */
  async ended(): Promise<void> {
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
