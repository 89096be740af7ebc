import type { Runtime } from '@waybill/core/transport';
import { systemRuntime } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import { LogRecorder } from './log-recorder.ts';
import { expectThat } from './runner.ts';

const PATIENCE_MS = 5_000;
const QUIET_MS = 300;
/** A bus with a handler that never ends is given up after its drain timeout. */
const LONGEST_END_MS = 60_000;
/** In real time: how often a condition is looked at. */
const POLL_MS = 5;

/** What an author of an adapter says about its time. */
export interface CaseTimes {
  /** True where all clocks and timers, those behind the adapter too, come from the `Runtime`: cases then run in virtual time. @default false */
  readonly virtualTime?: boolean;
  /** In real time: how long a case waits for what must happen, in milliseconds. @default 5_000 */
  readonly patienceMs?: number;
  /** In real time: how long nothing must happen before a case believes that nothing will, in milliseconds. @default 300 */
  readonly quietMs?: number;
}

/** What every case works with, whatever the port: a runtime of its own, bounded waits, and ends that are made after it. */
export class CaseRun {
  /** Virtual where the adapter allows it. Pass it to whatever the case makes. */
  readonly runtime: Runtime;
  readonly log: LogRecorder = new LogRecorder();
  /** The longest that anything may take that must happen, in milliseconds. */
  readonly patienceMs: number;
  /** In real time: how long nothing must happen before nothing will, in milliseconds. */
  readonly quietMs: number;
  /** The real one. */
  protected readonly host: Runtime;
  readonly #virtual: VirtualRuntime | undefined;
  readonly #owned: (() => Promise<unknown>)[] = [];

  constructor({ virtualTime, patienceMs, quietMs }: CaseTimes) {
    this.#virtual = virtualTime === true ? virtualRuntime({ logger: this.log }) : undefined;
    this.host = systemRuntime({ logger: this.log });
    this.runtime = this.#virtual ?? this.host;
    this.patienceMs = patienceMs ?? PATIENCE_MS;
    this.quietMs = quietMs ?? QUIET_MS;
  }

  /** True where hours pass at once. A case that needs more real time than it may take asks first. */
  get isVirtual(): boolean {
    return this.#virtual !== undefined;
  }

  /** Does this after the case, the last first, whatever came of it. */
  own(end: () => Promise<unknown>): void {
    this.#owned.push(end);
  }

  /** A name that nobody else uses, in no other case and no other run; ids of virtual time repeat. */
  uniqueName(): string {
    return `conformance.${this.host.id()}`;
  }

  /** Lets time pass. In real time it waits as long. */
  async pass(milliseconds: number): Promise<void> {
    if (this.#virtual !== undefined) return this.#virtual.advance(milliseconds);
    await new Promise<void>((resolve) => void this.runtime.setTimer(milliseconds, resolve));
  }

  /** Lets so much of that time pass as a case may take: all of it in virtual time, else no more than its patience. Tells whether it was all. */
  async passMost(milliseconds: number): Promise<boolean> {
    const most = this.isVirtual ? milliseconds : Math.min(milliseconds, this.patienceMs);
    await this.pass(most);
    return most === milliseconds;
  }

  /** Lets everything happen that happens by itself: afterwards what has not come will not come. No virtual time passes. */
  async quiet(): Promise<void> {
    return this.#virtual === undefined ? this.pass(this.quietMs) : this.#virtual.settle();
  }

  /** Waits until the condition holds, time passing where it must; fails with `what` and `soFar` when patience ends. */
  async until(what: string, holds: () => boolean | Promise<boolean>, soFar: () => string = () => ''): Promise<void> {
    const deadline = this.runtime.monotonic() + this.patienceMs;
    for (;;) {
      await this.#virtual?.settle();
      if (await holds()) return;
      expectThat(this.runtime.monotonic() < deadline, `${what}, was awaited for ${this.patienceMs} ms; ${soFar()}`);
      await this.#step(deadline);
    }
  }

  /** The result of a promise, time passing where it must; fails when it takes longer than `withinMs`. */
  async within<T>(withinMs: number, what: string, work: Promise<T>): Promise<T> {
    const deadline = this.runtime.monotonic() + withinMs;
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    work.then(settled, settled);
    await Promise.resolve();
    for (;;) {
      await this.#virtual?.settle();
      if (isSettled) return work;
      expectThat(this.runtime.monotonic() < deadline, `${what} took longer than ${withinMs} ms`);
      await this.#step(deadline);
    }
  }

  /** Timers that are set and neither run nor cancelled; `undefined` in real time, where nobody counts them. */
  get openTimers(): number | undefined {
    return this.#virtual?.openTimers;
  }

  /** What is left open behind the adapter and was not when the case began; one text each. */
  leftovers(): readonly string[] {
    return [];
  }

  /** Ends what the case began, then fails when something is left behind. */
  async finish(): Promise<void> {
    await this.abandon();
    await this.host.yield(); // the process tells of rejections that nobody handled after a turn of the loop
    expectThat((this.openTimers ?? 0) === 0, `${this.openTimers} timers are left after everything was closed`);
    const left = this.leftovers();
    expectThat(left.length === 0, `open after everything was closed: ${left.join(', ')}`);
  }

  /** Ends what the case began, all of it, also when a part does not end; then fails with the first that did not. */
  async abandon(): Promise<void> {
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    for (const end of this.#owned.splice(0).toReversed()) await this.within(LONGEST_END_MS, 'the end of a case', end()).catch(note);
    await this.#virtual?.settle();
    if (failures.length > 0) throw failures[0];
  }

  /** A little later: in virtual time at the next timer, at the latest at `deadline`. */
  async #step(deadline: number): Promise<void> {
    if (this.#virtual === undefined) return this.pass(POLL_MS);
    await this.#virtual.advance(Math.min(this.#virtual.nextTimer() ?? Infinity, deadline - this.#virtual.monotonic()));
  }
}
