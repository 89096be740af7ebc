import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

import { FaultLog } from '../fault-log.ts';

/** How a process ended. */
export interface ProcessEnd {
  /** `null` where a signal ended it, or where it could not be started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessOptions {
  readonly program: string;
  readonly parameters?: readonly string[];
  /** @default that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  /** Where it is written down that it was killed or frozen. @default a log of its own */
  readonly faults?: FaultLog;
}

/** A process that is killed, frozen and thawed. It never outlives this one. */
export class ControlledProcess implements AsyncDisposable {
  readonly faults: FaultLog;
  /** For its streams. Signals are sent by the methods here, which keep the books. */
  readonly child: ChildProcess;
  /** Resolves when it has ended, whoever ended it. */
  readonly ended: Promise<ProcessEnd>;
  #isRunning = true;

  constructor({ program, parameters = [], environment = process.env, stdio, faults = new FaultLog() }: ProcessOptions) {
    const [command, ...rest] = endingWithUs([program, ...parameters]);
    const child = spawn(command, rest, { env: environment, stdio });
    const killWithUs = (): void => void child.kill('SIGKILL');
    process.once('exit', killWithUs);
    this.faults = faults;
    this.child = child;
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: NodeJS.Signals | null): void => {
        process.removeListener('exit', killWithUs);
        this.#isRunning = false;
        resolve({ exitCode, signal });
      };
      child.once('exit', end);
      child.once('error', () => end(null, null)); // it could not be started
    });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Ends it at once, as a crash would. Resolves when it has ended; a process that had ended before was not killed. */
  async kill(): Promise<ProcessEnd> {
    this.child.kill('SIGKILL');
    const end = await this.ended;
    this.faults.note('kill', 'processes', end.signal === 'SIGKILL' ? 1 : 0);
    return end;
  }

  /** Asks it to end. Resolves when it has; one that does not within `patienceMs` is ended anyway. */
  async stop(patienceMs: number, signal: NodeJS.Signals = 'SIGTERM'): Promise<ProcessEnd> {
    this.faults.note('stop', 'processes', this.isRunning ? 1 : 0);
    this.child.kill(signal);
    const late = setTimeout(() => this.child.kill('SIGKILL'), patienceMs);
    const end = await this.ended;
    clearTimeout(late);
    return end;
  }

  /** It does nothing any more, though its sockets stay open, until `thaw`. Tells whether it was there to be frozen. */
  freeze(): boolean {
    return this.faults.note('freeze', 'processes', this.child.kill('SIGSTOP') ? 1 : 0).hits > 0;
  }

  /** It goes on, and does not know that time has passed. */
  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends it where it runs; that is no fault. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

const SETPRIV = '/usr/bin/setpriv';

/** On Linux the kernel kills the process when we end, also where we are killed ourselves. */
function endingWithUs([program, ...parameters]: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', program, ...parameters] : [program, ...parameters];
}
