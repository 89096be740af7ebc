import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { ControlledProcess, type FaultLog } from '@waybill/fault-kit';

import { textOf } from './text-of.ts';

export interface ServerProcessOptions {
  /** Where its output, and its process id while it runs, are written. */
  readonly folder: string;
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where it is written down that it was killed or frozen. @default a log of its own */
  readonly faults?: FaultLog;
}

/** A process that is started, ended and started again. It never outlives this one. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #process: ControlledProcess | undefined;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#process?.isRunning === true;
  }

  /** Resolves when `isReady` has resolved, which is tried again and again for 120 s. @throws Error when the process ends before. */
  async start(isReady: () => Promise<void>): Promise<void> {
    if (this.isRunning) return;
    this.#spawn();
    const giveUpAt = performance.now() + START_MS;
    for (;;) {
      const problem = await isReady().then(() => undefined, textOf);
      if (!this.isRunning) throw new Error(`${this.#options.name} ended while it started: ${this.#lastOutput()}`);
      if (problem === undefined) return;
      if (performance.now() > giveUpAt) {
        await this[Symbol.asyncDispose]();
        throw new Error(`${this.#options.name} did not answer within ${START_MS / 1000} s: ${problem}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Resolves when it has ended; a process that does not obey for 30 s is killed. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#process?.stop(STOP_MS, signal);
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  freeze(): void {
    this.#process?.freeze();
  }

  thaw(): void {
    this.#process?.thaw();
  }

  /** What it has printed since it was started last. */
  output(): string {
    return readFileSync(join(this.#options.folder, `${this.#options.name}.out`), 'utf8');
  }

  removeFolder(): void {
    rmSync(this.#options.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]();
  }

  #spawn(): void {
    const { folder, name, faults, ...command } = this.#options;
    const output = openSync(join(folder, `${name}.out`), 'w');
    const started = new ControlledProcess({ ...command, stdio: ['ignore', output, output], ...(faults === undefined ? {} : { faults }) });
    closeSync(output);
    const note = join(folder, `${name}.pid`);
    if (started.child.pid !== undefined) writeFileSync(note, String(started.child.pid));
    void started.ended.then(() => rmSync(note, { force: true }));
    this.#process = started;
  }

  #lastOutput(): string {
    return this.output().trim().split('\n').slice(-5).join(' ') || 'it printed nothing';
  }
}

const START_MS = 120_000;
const STOP_MS = 30_000;
const POLL_MS = 100;
