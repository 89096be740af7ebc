import { StoreError } from '@waybill/core/persistence';

interface Lock<Owner> {
  holder: Owner;
  readonly waiters: Waiter<Owner>[];
}

interface Waiter<Owner> {
  readonly owner: Owner;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Each row is written by one transaction at a time; the others wait in the order in which they came. */
export class RowLocks<Owner extends object> {
  readonly #locks = new Map<string, Lock<Owner>>();
  readonly #held = new Map<Owner, Set<string>>();
  readonly #awaited = new Map<Owner, Set<Lock<Owner>>>();

  isHeld(row: string): boolean {
    return this.#locks.has(row);
  }

  /** Resolves when the row is the owner's until `release`. Rejects with a conflict when it would wait for itself. */
  async take(row: string, owner: Owner): Promise<void> {
    const lock = this.#locks.get(row);
    if (lock?.holder === owner) return;
    if (lock !== undefined) return this.#wait(lock, owner);
    this.#locks.set(row, { holder: owner, waiters: [] });
    of(this.#held, owner).add(row);
  }

  /** Gives the owner's rows to those who wait for them; what it waits for itself it gets no more, for the reason. */
  release(owner: Owner, reasonOf: () => unknown): void {
    for (const lock of this.#awaited.get(owner) ?? [])
      for (const waiter of takeOut(lock.waiters, (one) => one.owner === owner)) waiter.reject(reasonOf());
    this.#awaited.delete(owner);
    const rows = this.#held.get(owner) ?? [];
    this.#held.delete(owner);
    for (const row of rows) this.#pass(row);
  }

  #wait(lock: Lock<Owner>, owner: Owner): Promise<void> {
    if (this.#waits(lock.holder, owner)) throw deadlock();
    of(this.#awaited, owner).add(lock);
    return new Promise((resolve, reject) => void lock.waiters.push({ owner, resolve, reject }));
  }

  #pass(row: string): void {
    const lock = this.#locks.get(row);
    const next = lock?.waiters[0]?.owner;
    if (lock === undefined || next === undefined) return void this.#locks.delete(row);
    lock.holder = next;
    this.#awaited.get(next)?.delete(lock);
    of(this.#held, next).add(row);
    for (const waiter of takeOut(lock.waiters, ({ owner }) => owner === next)) waiter.resolve(); // it may wait with several statements
    for (const waiter of takeOut(lock.waiters, ({ owner }) => this.#waits(next, owner))) {
      this.#awaited.get(waiter.owner)?.delete(lock);
      waiter.reject(deadlock());
    }
  }

  /** True when `owner` is `target`, or waits for it, also by way of others. */
  #waits(owner: Owner, target: Owner): boolean {
    return owner === target || Array.from(this.#awaited.get(owner) ?? []).some(({ holder }) => this.#waits(holder, target));
  }
}

function of<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = sets.get(key) ?? new Set<Value>();
  sets.set(key, known);
  return known;
}

/** Removes those, and gives them in their order. */
function takeOut<Owner>(waiters: Waiter<Owner>[], isOne: (waiter: Waiter<Owner>) => boolean): readonly Waiter<Owner>[] {
  const taken = waiters.filter(isOne);
  waiters.splice(0, waiters.length, ...waiters.filter((waiter) => !taken.includes(waiter)));
  return taken;
}

const deadlock = (): StoreError =>
  new StoreError(
    'TRANSACTION_CONFLICT',
    'Two transactions wait for each other; this one is rolled back. Run it again, and write rows in one order.',
  );
