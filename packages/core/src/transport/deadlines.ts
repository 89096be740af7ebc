import type { Runtime, Timer } from '../runtime/runtime.ts';

/** Something that is ended when it lasts for too long. Who makes it leaves the links alone. */
export interface Deadline<Item> {
  /** By {@link Runtime.monotonic}. */
  readonly until: number;
  previous: Item | undefined;
  next: Item | undefined;
}

/**
 * Ends what lasts for too long, by one timer for all of it: one for each costs every message that is answered in time. The items
 * are linked with each other: a `Set` leaves tables behind that keep alive what was deleted long ago, until all memory is looked through.
 */
export class Deadlines<Item extends Deadline<Item>> {
  readonly #tooLate: string;
  readonly #end: (item: Item, cause: unknown) => void;
  #first: Item | undefined;
  #last: Item | undefined;
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

  add(item: Item, runtime: Runtime): void {
    item.previous = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.next = item;
    this.#last = item;
    if (this.#timer === undefined || item.until < this.#dueAt) this.#arm(item.until, runtime);
  }

  /** False when it was gone already. The timer goes with the last. */
  delete(item: Item): boolean {
    const { previous, next } = item;
    if (previous === undefined && item !== this.#first) return false;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    item.previous = undefined;
    item.next = undefined;
    if (this.#first === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
    }
    return true;
  }

  /** Ends all that is there. */
  endAll(cause: unknown): void {
    while (this.#first !== undefined) this.#end(this.#first, cause);
  }

  #arm(dueAt: number, runtime: Runtime): void {
    this.#timer?.cancel();
    this.#dueAt = dueAt;
    this.#timer = runtime.setTimer(dueAt - runtime.monotonic(), () => this.#endOverdue(runtime));
  }

  #endOverdue(runtime: Runtime): void {
    this.#timer = undefined;
    const now = runtime.monotonic();
    let nextDue = Number.POSITIVE_INFINITY;
    for (let item = this.#first; item !== undefined;) {
      const { next } = item;
      if (item.until <= now) this.#end(item, this.#tooLate);
      else nextDue = Math.min(nextDue, item.until);
      item = next;
    }
    if (this.#first !== undefined) this.#arm(nextDue, runtime);
  }
}
