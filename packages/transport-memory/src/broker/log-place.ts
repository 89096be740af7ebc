import type { DeadLetter } from '@waybill/core/transport';
import { Heap } from './heap.ts';
import type { Clock } from './clock.ts';
import type { Letters, Place, Taker } from './place.ts';
import type { StoredMessage } from './stored-message.ts';

/** How many partitions a log has. */
const PARTITIONS = 8;
/** A partition hands nothing over that is further than this from its position. */
const LONGEST_SPAN = 1_024;

interface LogRecord {
  readonly stored: StoredMessage;
  state: 'waiting' | 'out' | 'done';
}

const byDueTime = (a: StoredMessage, b: StoredMessage): boolean =>
  a.notBefore === b.notBefore ? a.sequence < b.sequence : a.notBefore < b.notBefore;

/**
 * One partition of a log, as one group of readers sees it. The position is the lowest record that is not done; what lies
 * beyond it and is done comes again when its reader is lost.
 */
class Partition {
  readonly #records: LogRecord[] = [];
  readonly #out = new Map<StoredMessage, LogRecord>();
  #owner: Taker | undefined;

  get waiting(): number {
    return this.#records.length - this.#out.size;
  }

  append(stored: StoredMessage): void {
    this.#records.push({ stored, state: 'waiting' });
  }

  /** A partition goes to another reader only when the one before has nothing of it left. */
  isFree(taker: Taker): boolean {
    return this.#out.size === 0 || this.#owner === taker;
  }

  take(taker: Taker): StoredMessage | undefined {
    const record = this.#firstWaiting();
    if (record === undefined) return undefined;
    record.state = 'out';
    this.#owner = taker;
    this.#out.set(record.stored, record);
    return record.stored;
  }

  #firstWaiting(): LogRecord | undefined {
    const end = Math.min(this.#records.length, LONGEST_SPAN);
    for (let index = 0; index < end; index += 1) {
      const record = this.#records[index] as LogRecord;
      if (record.state === 'waiting') return record;
    }
    return undefined;
  }

  holds(stored: StoredMessage): boolean {
    return this.#out.has(stored);
  }

  settle(stored: StoredMessage, state: 'waiting' | 'done'): void {
    const record = this.#out.get(stored);
    if (record === undefined) return;
    record.state = state;
    this.#out.delete(stored);
    while (this.#records[0]?.state === 'done') this.#records.shift();
  }

  forget(): void {
    this.#records.length = 0;
    this.#out.clear();
  }

  /** The reader is lost: everything from the position on is read again. */
  rewind(): void {
    for (const record of this.#records) record.state = 'waiting';
    this.#out.clear();
  }
}

/** An endpoint as a group that reads a log: partitions with positions, nothing is ever taken out of its middle. */
export class LogPlace implements Place {
  readonly name: string;
  readonly ordered: boolean;
  readonly deadLetters: Map<string, DeadLetter>;
  readonly heldLetters: Set<string>;
  readonly #partitions: readonly Partition[] = Array.from({ length: PARTITIONS }, () => new Partition());
  readonly #delayed = new Heap<StoredMessage>(byDueTime);
  readonly #takers = new Set<Taker>();
  #turn = 0;

  constructor(name: string, ordered: boolean, { deadLetters, heldLetters }: Letters) {
    this.name = name;
    this.ordered = ordered;
    this.deadLetters = deadLetters;
    this.heldLetters = heldLetters;
  }

  get waiting(): number {
    return this.#partitions.reduce((sum, partition) => sum + partition.waiting, 0);
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  get hasTakers(): boolean {
    return this.#takers.size > 0;
  }

  join(taker: Taker): void {
    this.#takers.add(taker);
    this.#wake();
  }

  leave(taker: Taker): void {
    this.#takers.delete(taker);
    this.#wake();
  }

  add(stored: StoredMessage): void {
    if (stored.notBefore > 0) this.#delayed.add(stored);
    else this.#append(stored);
    this.#wake();
  }

  take(taker: Taker, clock: Clock): StoredMessage | undefined {
    if (this.#delayed.size > 0) this.#moveDue(clock.now());
    const readers = Array.from(this.#takers);
    const turn = readers.indexOf(taker);
    for (let step = 0; step < PARTITIONS; step += 1) {
      const index = (this.#turn + step) % PARTITIONS;
      const partition = this.#partitions[index] as Partition;
      const stored = index % readers.length === turn && partition.isFree(taker) ? partition.take(taker) : undefined;
      if (stored === undefined) continue;
      this.#turn = index + 1;
      return stored;
    }
    return undefined;
  }

  remove(stored: StoredMessage): void {
    this.#partitionOf(stored)?.settle(stored, 'done');
    this.#wake();
  }

  giveBack(stored: StoredMessage): void {
    this.#partitionOf(stored)?.settle(stored, 'waiting');
    this.#wake();
  }

  /** A log keeps its order: what is to come later comes as a copy, never in place. */
  postpone(stored: StoredMessage): void {
    this.giveBack(stored);
  }

  giveBackAll(held: readonly StoredMessage[]): void {
    for (const partition of this.#partitions) if (held.some((stored) => partition.holds(stored))) partition.rewind();
    this.#wake();
  }

  cancel(): boolean {
    return false;
  }

  nextDue(): number | undefined {
    return this.#delayed.peek()?.notBefore;
  }

  /** The order of a partition is the log's promise. */
  shuffle(): number {
    return 0;
  }

  forget(): void {
    for (const partition of this.#partitions) partition.forget();
    this.#delayed.drain();
    this.deadLetters.clear();
  }

  #moveDue(now: number): void {
    for (let stored = this.#delayed.peek(); stored !== undefined && stored.notBefore <= now; stored = this.#delayed.peek()) {
      this.#delayed.take();
      this.#append(stored);
    }
  }

  #append(stored: StoredMessage): void {
    const key = stored.partitionKey ?? String(stored.sequence);
    (this.#partitions[hash(key) % PARTITIONS] as Partition).append(stored);
  }

  #partitionOf(stored: StoredMessage): Partition | undefined {
    return this.#partitions.find((partition) => partition.holds(stored));
  }

  #wake(): void {
    for (const taker of this.#takers) taker.wake();
  }
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return value;
}
