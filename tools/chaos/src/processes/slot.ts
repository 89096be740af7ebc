import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';

import { ControlledProcess, type ProcessEnd, TcpProxy } from '@waybill/fault-kit';

import type { ChildOptions } from '../children/child.ts';
import type { Monitor } from '../monitor.ts';
import { DatabaseLink } from './database-link.ts';

export type Role = 'producer' | 'consumer' | 'relay' | 'auditor';

/** Where the servers of a run are. */
export interface ServerUrls {
  readonly broker: string;
  readonly database: string | undefined;
}

/** What is the same for all processes of a run. */
export interface SlotOptions extends Pick<ChildOptions, 'transport' | 'queue' | 'store' | 'folder' | 'rate' | 'seed'> {
  readonly role: Role;
  /** Such as `consumer-2`. */
  readonly name: string;
  /** It is killed and stopped by nobody, so that it shows what a long life under faults does to a process. */
  readonly isVeteran: boolean;
}

/** Its processes are asked to end within this long. */
const PATIENCE_MS = 30_000;

/** A place for a process, with its own ways to the broker and to the database: when one has ended, the next takes its place. */
export class Slot {
  readonly options: SlotOptions;
  readonly proxy: TcpProxy;
  /** Where there is a store. */
  readonly database: DatabaseLink | undefined;
  readonly #monitor: Monitor;
  #process: ControlledProcess | undefined;
  #number = 0;
  /** Somebody is at it: one fault at a time. */
  isBusy = false;

  private constructor(options: SlotOptions, proxy: TcpProxy, database: DatabaseLink | undefined, monitor: Monitor) {
    this.options = options;
    this.proxy = proxy;
    this.database = database;
    this.#monitor = monitor;
  }

  static async open(options: SlotOptions, { broker, database }: ServerUrls, monitor: Monitor): Promise<Slot> {
    const link = database === undefined ? undefined : await DatabaseLink.open(database);
    return new Slot(options, await TcpProxy.open(broker), link, monitor);
  }

  /** Of the process that it has now, such as `consumer-2.7`. */
  get processName(): string {
    return `${this.options.name}.${this.#number}`;
  }

  /** Its bus has started. */
  get isUp(): boolean {
    return this.#process?.isRunning === true && this.#monitor.books.processes.get(this.processName)?.isUp === true;
  }

  /** It was handling something a moment ago. */
  get isHandling(): boolean {
    const running = this.#monitor.books.processes.get(this.processName)?.running.values() ?? [];
    return this.isUp && Array.from(running).some(({ now }) => now > 0);
  }

  get process(): ControlledProcess {
    if (this.#process === undefined) throw new Error(`${this.options.name} was not launched.`);
    return this.#process;
  }

  /** Starts the next process. One that ends though nobody asked for it is told in the history, and has a successor. */
  launch(): void {
    this.#number += 1;
    const { role, folder, seed, transport, queue, store, rate } = this.options;
    const name = this.processName;
    const urls = { url: this.proxy.url, databaseUrl: this.database?.proxy.url };
    const child: ChildOptions = { name, transport, queue, store, folder, rate, ...urls, seed: seed + this.#number };
    const errors = openSync(join(folder, `${name}.err`), 'w');
    const script = join(import.meta.dirname, '..', 'children', `${role}.ts`);
    const started = new ControlledProcess({
      program: process.execPath,
      parameters: ['--conditions=@waybill/source', script, JSON.stringify(child)],
      environment: { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? join(folder, 'compiled') },
      stdio: ['ignore', 'ignore', errors],
    });
    closeSync(errors);
    this.#process = started;
    void started.ended.then((end) => {
      if (this.#process !== started) return;
      this.#tellEnd('itself', end);
      this.launch();
    });
  }

  /** Kills its process. */
  async kill(): Promise<boolean> {
    const { signal } = await this.#take('killed', (one) => one.kill());
    return signal === 'SIGKILL';
  }

  /** Asks its process to end; that it obeys is one of the promises. */
  async stop(): Promise<boolean> {
    const { exitCode } = await this.#take('asked', (one) => one.stop(PATIENCE_MS));
    return exitCode === 0;
  }

  /** Waits for its process, which ends by itself; one that does not within that long is killed, which is a breach. */
  async wait(patienceMs: number): Promise<void> {
    await this.#take('asked', async (one) => {
      const late = setTimeout(() => void one.kill(), patienceMs);
      const end = await one.ended;
      clearTimeout(late);
      return end;
    });
  }

  async close(): Promise<void> {
    const last = this.#process;
    this.#process = undefined;
    await last?.[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.database?.[Symbol.asyncDispose]();
  }

  async #take(how: 'killed' | 'asked', end: (one: ControlledProcess) => Promise<ProcessEnd>): Promise<ProcessEnd> {
    const taken = this.process;
    this.#process = undefined;
    const result = await end(taken);
    this.#tellEnd(how, result);
    return result;
  }

  #tellEnd(how: 'killed' | 'asked' | 'itself', { exitCode, signal }: ProcessEnd): void {
    this.#monitor.tell({ kind: 'ended', who: this.processName, how, code: exitCode, signal });
  }
}
