import type { ObservedMessage } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { showDuration } from '../expecting/show.ts';
import { TestFailure } from '../expecting/test-failure.ts';
import type { Activity } from './activity.ts';

/** So many timers in a row without an end are a task that sets another one for ever. */
const MOST_TIMERS = 10_000;

/** What a {@link HarnessClock} works with. */
export interface ClockParts {
  readonly runtime: VirtualRuntime;
  readonly activity: Activity;
  /** The longest wait for handlers that wait for something real, in real milliseconds. */
  readonly patienceMs: number;
}

/** Virtual time, and the waiting for real things between its steps. */
export class HarnessClock {
  readonly #parts: ClockParts;
  #turn: Promise<unknown> = Promise.resolve();
  #passing = 0;

  constructor(parts: ClockParts) {
    this.#parts = parts;
  }

  /** Virtual milliseconds since the harness was made. */
  get elapsed(): number {
    return this.#parts.runtime.monotonic();
  }

  /** Virtual milliseconds until something is due; `undefined` when nothing is. */
  get nextDue(): number | undefined {
    return this.#parts.runtime.nextTimer();
  }

  /**
   * Resolves when nothing can happen any more without time passing, or, where it is given, when `until` is true.
   * @throws TestFailure when a handler has not ended within the bound, by its name
   */
  async quiet(until: () => boolean = () => false): Promise<void> {
    const { runtime, activity, patienceMs } = this.#parts;
    for (;;) {
      await runtime.settle();
      if (until() || activity.busy().length === 0) return;
      if (!(await activity.nextMovement(patienceMs))) throw stillRunning(activity.busy(), patienceMs);
    }
  }

  /** Lets time pass, each timer at its time, all quiet between them. Calls wait for each other. */
  advance(milliseconds: number, overRunning: boolean): Promise<void> {
    return this.#next(() => this.#advance(milliseconds, overRunning));
  }

  /** Lets time pass until the promise settles, and settles as it does. */
  until<T>(work: Promise<T>, overRunning: boolean): Promise<T> {
    return this.#next(() => this.#until(work, overRunning));
  }

  /**
   * Settles as the work does, or rejects with `stuck()` when it has waited for `patience` of real time while no handler ran
   * and nobody let time pass.
   */
  unlessStuck<T>(work: Promise<T>, stuck: () => TestFailure): Promise<T> {
    let settled = false;
    const onSettled = (): void => {
      settled = true;
      this.#parts.activity.moved();
    };
    work.then(onSettled, onSettled);
    return Promise.race([work, this.#whenStuck(() => settled).then((isStuck) => (isStuck ? Promise.reject(stuck()) : work))]);
  }

  async #whenStuck(isSettled: () => boolean): Promise<boolean> {
    const { activity, patienceMs } = this.#parts;
    while (!isSettled()) {
      const moved = await activity.nextMovement(patienceMs);
      if (!moved && !isSettled() && this.#passing === 0 && activity.busy().length === 0) return true;
    }
    return false;
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    this.#passing += 1;
    const mine = this.#turn.then(work).finally(() => {
      this.#passing -= 1;
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #advance(milliseconds: number, overRunning: boolean): Promise<void> {
    const { runtime, activity } = this.#parts;
    const end = this.elapsed + milliseconds;
    if (!overRunning) await this.quiet();
    for (let next = runtime.nextTimer(); next !== undefined && this.elapsed + next <= end; next = runtime.nextTimer()) {
      await runtime.advance(next);
      if (!overRunning && activity.busy().length > 0) await this.quiet();
    }
    await runtime.advance(Math.max(0, end - this.elapsed));
    if (!overRunning) await this.quiet();
  }

  async #until<T>(work: Promise<T>, overRunning: boolean): Promise<T> {
    const { runtime, activity, patienceMs } = this.#parts;
    let settled = false;
    let timers = 0;
    const onSettled = (): void => {
      settled = true;
      activity.moved();
    };
    work.then(onSettled, onSettled);
    for (;;) {
      await (overRunning ? runtime.settle() : this.quiet(() => settled));
      if (settled) return work;
      const next = timers === MOST_TIMERS ? undefined : runtime.nextTimer();
      timers += 1;
      if (next !== undefined) await runtime.advance(next);
      else if (!(await activity.nextMovement(patienceMs)))
        throw new TestFailure(`The promise has not settled within ${patienceMs} ms of real time, and no timer has settled it.`);
    }
  }
}

function stillRunning(busy: readonly ObservedMessage[], patienceMs: number): TestFailure {
  const lines = busy.map(
    ({ contract, allHeaders, endpoint, attempt, messageId }) =>
      `  ${contract?.name ?? allHeaders.get('waybill-name') ?? '(no name)'} at ${endpoint}, attempt ${attempt}, message ${messageId}`,
  );
  return new TestFailure(
    [
      `${busy.length === 1 ? 'A handler has' : `${busy.length} handlers have`} not ended after ${patienceMs} ms of real time:`,
      ...lines,
      'Each waits for something outside of the harness. Give it a fake that answers; wait longer by `createTestHarness({ patience })`;',
      `or, where it is meant to hang, let time pass all the same: \`harness.advance('${showDuration(30_000)}', { overRunning: true })\`.`,
    ].join('\n'),
  );
}
