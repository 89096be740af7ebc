import type { Runtime, Timer } from '../runtime/runtime.ts';

/** Something that is ended when it lasts for too long. */
export interface Deadline {
  /** By {@link Runtime.monotonic}. */
  readonly until: number;
  readonly end: (cause: unknown) => void;
}

/** Ends what lasts for too long, by one timer for all of it: one for each costs every message that is answered in time. */
export class Deadlines {
  readonly #tooLate: string;
  readonly #open = new Set<Deadline>();
  #timer: Timer | undefined;
  #dueAt = 0;

  /** @param tooLate the cause of what is ended because of its deadline */
  constructor(tooLate: string) {
    this.#tooLate = tooLate;
  }

  add(deadline: Deadline, runtime: Runtime): void {
    this.#open.add(deadline);
    if (this.#timer === undefined || deadline.until < this.#dueAt) this.#arm(deadline.until, runtime);
  }

  /** False when it was gone already. The timer goes with the last. */
  delete(deadline: Deadline): boolean {
    const isOpen = this.#open.delete(deadline);
    if (this.#open.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return isOpen;
  }

  /** Ends all that is there now. */
  endAll(cause: unknown): void {
    for (const { end } of this.#open) end(cause);
  }

  #arm(dueAt: number, runtime: Runtime): void {
    this.#timer?.cancel();
    this.#dueAt = dueAt;
    this.#timer = runtime.setTimer(dueAt - runtime.monotonic(), () => this.#endOverdue(runtime));
  }

  #endOverdue(runtime: Runtime): void {
    this.#timer = undefined;
    const now = runtime.monotonic();
    let next = Number.POSITIVE_INFINITY;
    for (const { until, end } of this.#open) {
      if (until <= now) end(this.#tooLate);
      else next = Math.min(next, until);
    }
    if (this.#open.size > 0) this.#arm(next, runtime);
  }
}
