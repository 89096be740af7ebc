import type { Runtime, Timer } from '../runtime/runtime.ts';

/** Something that is ended when it lasts for too long. */
interface Deadline {
  /** By {@link Runtime.monotonic}. */
  readonly until: number;
}

/** Ends what lasts for too long, by one timer for all of it: one for each costs every message that is answered in time. */
export class Deadlines<Item extends Deadline> {
  readonly #tooLate: string;
  readonly #end: (item: Item, cause: unknown) => void;
  readonly #open = new Set<Item>();
  #timer: Timer | undefined;
  #dueAt = 0;

  /**
   * @param tooLate the cause of what is ended because of its deadline
   * @param end     ends an item, and deletes it here
   */
  constructor(tooLate: string, end: (item: Item, cause: unknown) => void) {
    this.#tooLate = tooLate;
    this.#end = end;
  }

  add(deadline: Item, runtime: Runtime): void {
    this.#open.add(deadline);
    if (this.#timer === undefined || deadline.until < this.#dueAt) this.#arm(deadline.until, runtime);
  }

  /** False when it was gone already. The timer goes with the last. */
  delete(deadline: Item): boolean {
    const isOpen = this.#open.delete(deadline);
    if (this.#open.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return isOpen;
  }

  /** Ends all that is there now. */
  endAll(cause: unknown): void {
    for (const item of this.#open) this.#end(item, cause);
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
    for (const item of this.#open) {
      if (item.until <= now) this.#end(item, this.#tooLate);
      else next = Math.min(next, item.until);
    }
    if (this.#open.size > 0) this.#arm(next, runtime);
  }
}
