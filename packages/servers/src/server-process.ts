import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { textOf } from './text-of.ts';

export interface ServerProcessOptions {
  /** Where its output, and its process id while it runs, are written. */
  readonly folder: string;
  readonly name: string;
  readonly program: string;
  readonly parameters: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/** A process that is started, ended and started again. It is killed when this process ends first. */
export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Resolves when `isReady` has resolved, which is tried again and again for 60 s. @throws Error when the process ends before. */
  async start(isReady: () => Promise<void>): Promise<void> {
    if (this.#child !== undefined) return;
    this.#spawn();
    const giveUpAt = performance.now() + START_MS;
    for (;;) {
      const problem = await isReady().then(() => undefined, textOf);
      if (!this.isRunning) throw new Error(`${this.#options.name} ended while it started: ${this.#lastOutput()}`);
      if (problem === undefined) return;
      if (performance.now() > giveUpAt) {
        await this.stop('SIGKILL');
        throw new Error(`${this.#options.name} did not answer within ${START_MS / 1000} s: ${problem}`);
      }
      await pause(POLL_MS);
    }
  }

  /** Resolves when it has ended; a process that does not obey `SIGTERM` for 30 s is killed. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.signal(signal);
    const obeyed = new AbortController();
    const late = pause(STOP_MS, undefined, { signal: obeyed.signal }).then(
      () => this.signal('SIGKILL'),
      () => {},
    );
    await this.#ended;
    obeyed.abort();
    await late;
  }

  /** What it has printed since it was started last. */
  output(): string {
    return readFileSync(join(this.#options.folder, `${this.#options.name}.out`), 'utf8');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  removeFolder(): void {
    rmSync(this.#options.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #spawn(): void {
    const { folder, name, program, parameters, environment } = this.#options;
    const output = openSync(join(folder, `${name}.out`), 'w');
    const [command, ...rest] = endingWithUs([program, ...parameters]);
    const child = spawn(command, rest, { env: environment, stdio: ['ignore', output, output] });
    closeSync(output);
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    this.#child = child;
    if (child.pid !== undefined) writeFileSync(join(folder, `${name}.pid`), String(child.pid));
    this.#ended = new Promise((resolve) => {
      const forget = (): void => {
        process.removeListener('exit', killWithUs);
        rmSync(join(folder, `${name}.pid`), { force: true });
        this.#child = undefined;
        resolve();
      };
      child.once('exit', forget);
      child.once('error', forget);
    });
  }

  #lastOutput(): string {
    return this.output().trim().split('\n').slice(-5).join(' ') || 'it printed nothing';
  }
}

const SETPRIV = '/usr/bin/setpriv';

/** On Linux the kernel kills the process when we end, also where we are killed ourselves. */
function endingWithUs([program, ...parameters]: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', program, ...parameters] : [program, ...parameters];
}

const START_MS = 60_000;
const STOP_MS = 30_000;
const POLL_MS = 100;
