import type { OutboxStatus } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';

/** A row as it is kept. */
export interface StoredRow {
  readonly sequence: number;
  readonly entry: TransportEntry;
  readonly slot: number;
  readonly addedAt: number;
  /** When it may first be sent. */
  readonly dueAt: number;
  /** When it may be sent again, after a failure; 0 before one. */
  retryAt: number;
  attempts: number;
  state: 'waiting' | 'held' | 'parked';
  reason: string;
}

/** What a relay asks for. */
export interface DueRows {
  readonly at: number;
  readonly isOwn: (slot: number) => boolean;
  readonly limit: number;
  readonly maxBytes: number;
  readonly except: ReadonlySet<string>;
}

const MANY_GONE = 1_000;

/** The rows of one scope, in the order of storing. */
export class OutboxRows {
  readonly #byNumber = new Map<number, StoredRow>();
  /** Rows that do not simply go next: delayed ones, failed ones, held ones. */
  readonly #special = new Set<StoredRow>();
  #inOrder: StoredRow[] = [];
  /** Before this index all are gone. */
  #first = 0;
  #isSorted = true;

  add(rows: readonly StoredRow[]): void {
    for (const row of rows) {
      this.#isSorted &&= (this.#inOrder.at(-1)?.sequence ?? 0) < row.sequence;
      this.#inOrder.push(row);
      this.#byNumber.set(row.sequence, row);
      if (row.dueAt > row.addedAt) this.#special.add(row);
    }
  }

  get(sequence: string): StoredRow | undefined {
    return this.#byNumber.get(Number(sequence));
  }

  remove(row: StoredRow): void {
    this.#byNumber.delete(row.sequence);
    this.#special.delete(row);
  }

  /** To be called whenever the state or the times of a row were changed. */
  changed(row: StoredRow): void {
    this.#special.add(row);
  }

  due({ at, isOwn, limit, maxBytes, except }: DueRows): readonly StoredRow[] {
    const isBlocked = this.#blocked(at);
    const found: StoredRow[] = [];
    let bytes = 0;
    for (const row of this.#rows()) {
      if (found.length >= limit) break;
      if (!isOwn(row.slot) || !isDue(row, at) || isBlocked(row) || except.has(String(row.sequence))) continue;
      bytes += row.entry.body.byteLength;
      if (found.length > 0 && bytes > maxBytes) break;
      found.push(row);
    }
    return found;
  }

  /** When the next row is due that waits for its time or for another try. */
  nextDueAt(at: number, isOwn: (slot: number) => boolean): number | undefined {
    const isBlocked = this.#blocked(at);
    const times = Array.from(this.#special)
      .filter((row) => row.state === 'waiting' && isOwn(row.slot) && !isDue(row, at) && !isBlocked(row))
      .map(({ dueAt, retryAt }) => Math.max(dueAt, retryAt));
    return times.length === 0 ? undefined : times.reduce((left, right) => Math.min(left, right));
  }

  status(at: number): OutboxStatus {
    const rows = Array.from(this.#byNumber.values());
    const toSend = rows.filter(({ state }) => state === 'waiting');
    const waiting = toSend.filter(({ dueAt }) => dueAt <= at);
    return {
      waiting: waiting.length,
      delayed: toSend.length - waiting.length,
      held: rows.length - toSend.length,
      oldestMs: waiting.reduce((oldest, { dueAt }) => Math.max(oldest, at - dueAt), 0),
    };
  }

  /** Rows that an operator must decide on, in the order of storing. */
  held(): readonly StoredRow[] {
    return Array.from(this.#special)
      .filter(({ state }) => state !== 'waiting')
      .toSorted((left, right) => left.sequence - right.sequence);
  }

  /** Tells of a row whether an earlier one of its key keeps it back. */
  #blocked(at: number): (row: StoredRow) => boolean {
    const since = new Map<string, number>();
    for (const { entry, sequence, state, retryAt } of this.#special) {
      const key = entry.partitionKey;
      if (key === undefined || (state !== 'held' && (state === 'parked' || retryAt <= at))) continue;
      since.set(key, Math.min(sequence, since.get(key) ?? Infinity));
    }
    if (since.size === 0) return () => false;
    return ({ entry, sequence }) => entry.partitionKey !== undefined && (since.get(entry.partitionKey) ?? Infinity) < sequence;
  }

  *#rows(): Generator<StoredRow> {
    if (!this.#isSorted) this.#inOrder = this.#inOrder.slice(this.#first).toSorted((left, right) => left.sequence - right.sequence);
    if (!this.#isSorted) this.#first = 0;
    this.#isSorted = true;
    while (this.#first < this.#inOrder.length && !this.#isThere(this.#inOrder[this.#first])) this.#first += 1;
    if (this.#inOrder.length - this.#first > 2 * this.#byNumber.size + MANY_GONE || this.#first > MANY_GONE) {
      this.#inOrder = this.#inOrder.filter((row) => this.#isThere(row));
      this.#first = 0;
    }
    for (let index = this.#first; index < this.#inOrder.length; index += 1) {
      const row = this.#inOrder[index];
      if (row !== undefined && this.#isThere(row)) yield row;
    }
  }

  #isThere(row: StoredRow | undefined): boolean {
    return row !== undefined && this.#byNumber.has(row.sequence);
  }
}

const isDue = ({ state, dueAt, retryAt }: StoredRow, at: number): boolean => state === 'waiting' && Math.max(dueAt, retryAt) <= at;
