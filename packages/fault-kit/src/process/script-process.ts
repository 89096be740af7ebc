import { createInterface } from 'node:readline';

import type { FaultLog } from '../fault-log.ts';
import { ControlledProcess, type ProcessEnd } from './controlled-process.ts';

export interface ScriptOptions {
  /** A file of this workspace, which uses {@link parentProcess} to speak with us. */
  readonly script: string;
  readonly parameters?: readonly string[];
  /** Besides that of this process. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly faults?: FaultLog;
  /** Hears each line that it says, from the first. */
  readonly onLine?: (line: unknown) => void;
}

interface Waiting {
  readonly matches: (line: unknown) => boolean;
  readonly resolve: (line: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly what: string;
}

/** A script of this workspace in a process of its own, with lines of JSON to and from it. Other lines that it prints are ignored. */
export class ScriptProcess implements AsyncDisposable {
  readonly #process: ControlledProcess;
  readonly #waiting = new Set<Waiting>();
  readonly #closed: Promise<void>;
  #isClosed = false;
  #errors = '';

  constructor({ script, parameters = [], environment = {}, faults, onLine = () => undefined }: ScriptOptions) {
    this.#process = new ControlledProcess({
      program: process.execPath,
      parameters: ['--conditions=@waybill/source', script, ...parameters],
      environment: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(faults === undefined ? {} : { faults }),
    });
    const { stdin, stdout, stderr } = this.#process.child;
    if (stdin === null || stdout === null || stderr === null) throw new Error('A process was started without pipes.');
    stdin.on('error', () => undefined); // it has ended, and `ended` says so
    stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    createInterface({ input: stdout }).on('line', (text) => {
      const line = parse(text);
      if (line === undefined) return;
      onLine(line);
      for (const one of this.#waiting) if (one.matches(line)) one.resolve(line);
    });
    this.#closed = new Promise((resolve) => {
      const close = (): void => {
        this.#isClosed = true;
        for (const { what, reject } of this.#waiting) reject(this.#silence(what));
        resolve();
      };
      this.#process.child.once('close', close); // all that it said has come
      this.#process.child.once('error', close);
    });
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  get faults(): FaultLog {
    return this.#process.faults;
  }

  /** What it has written to standard error. */
  get errors(): string {
    return this.#errors;
  }

  /** Resolves when it has ended and all its lines were heard. */
  get ended(): Promise<ProcessEnd> {
    return this.#closed.then(() => this.#process.ended);
  }

  /** Says something to it. */
  tell(line: unknown): void {
    this.#process.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  /** The next line that matches. @throws Error with its last words when it ends before, or says no such thing within `patienceMs`. */
  async hear(what: string, matches: (line: unknown) => boolean, patienceMs: number): Promise<unknown> {
    if (this.#isClosed) throw this.#silence(what);
    let waiting: Waiting | undefined;
    let late: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        waiting = { what, matches, resolve, reject };
        this.#waiting.add(waiting);
        const giveUp = (): void => reject(new Error(`A process did not say ${what} within ${patienceMs} ms: ${this.#lastWords()}`));
        late = setTimeout(giveUp, patienceMs);
      });
    } finally {
      clearTimeout(late);
      if (waiting !== undefined) this.#waiting.delete(waiting);
    }
  }

  /** See {@link ControlledProcess.kill}. */
  async kill(): Promise<ProcessEnd> {
    await this.#process.kill();
    return this.ended;
  }

  freeze(): boolean {
    return this.#process.freeze();
  }

  thaw(): void {
    this.#process.thaw();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
    await this.#closed;
  }

  #silence(what: string): Error {
    return new Error(`A process ended before it said ${what}: ${this.#lastWords()}`);
  }

  #lastWords(): string {
    return this.#errors.trim().split('\n').slice(-5).join(' ') || 'it printed nothing';
  }
}

/** What is no JSON was not meant for us. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
