import type { DeadLetter } from '@waybill/core/transport';
import { Heap } from './heap.ts';
import type { Clock } from './clock.ts';
import type { Letters, Place, Taker } from './place.ts';
import type { StoredMessage } from './stored-message.ts';

/** What a queue asks of its broker. */
export interface QueueParts {
  readonly name: string;
  readonly ordered: boolean;
  readonly letters: Letters;
  /** `single`: one member of a lane is out at a time. `owned`: several, with one taker. */
  readonly laneMode: 'single' | 'owned';
  /** Told of a message that expired before it could be taken; it has left the queue. */
  readonly onExpired: (stored: StoredMessage) => void;
}

interface Lane {
  /** Who has members of it out. */
  owner: Taker | undefined;
  /** Members that are out. */
  out: number;
  /** Members that stand in the queue. */
  queued: number;
  /** A member that waits for its time and holds the others. */
  holder: StoredMessage | undefined;
  /** Members behind those in the queue, in order of arrival. */
  readonly behind: Heap<StoredMessage>;
}

const byPriority = (a: StoredMessage, b: StoredMessage): boolean =>
  a.priority === b.priority ? a.sequence < b.sequence : a.priority > b.priority;
const byArrival = (a: StoredMessage, b: StoredMessage): boolean => a.sequence < b.sequence;
const byDueTime = (a: StoredMessage, b: StoredMessage): boolean =>
  a.notBefore === b.notBefore ? a.sequence < b.sequence : a.notBefore < b.notBefore;

/** An endpoint as a queue: what is settled is gone, what comes back finds its old place. */
export class QueuePlace implements Place {
  readonly name: string;
  readonly ordered: boolean;
  readonly deadLetters: Map<string, DeadLetter>;
  readonly heldLetters: Set<string>;
  readonly #parts: QueueParts;
  readonly #queue = new Heap<StoredMessage>(byPriority);
  readonly #delayed = new Heap<StoredMessage>(byDueTime);
  readonly #cancellable = new Map<string, StoredMessage>();
  readonly #lanes = new Map<string, Lane>();
  readonly #takers: Taker[] = [];
  #behind = 0;
  /** Cancelled messages that still stand among the delayed. */
  #cancelled = 0;

  constructor(parts: QueueParts) {
    this.name = parts.name;
    this.ordered = parts.ordered;
    this.deadLetters = parts.letters.deadLetters;
    this.heldLetters = parts.letters.heldLetters;
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#queue.size + this.#behind;
  }

  get delayed(): number {
    return this.#delayed.size - this.#cancelled;
  }

  get hasTakers(): boolean {
    return this.#takers.length > 0;
  }

  join(taker: Taker): void {
    if (!this.#takers.includes(taker)) this.#takers.push(taker);
  }

  leave(taker: Taker): void {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
  }

  add(stored: StoredMessage): void {
    if (stored.notBefore > 0) {
      this.#delayed.add(stored);
      this.#cancellable.set(stored.nativeId, stored);
    } else this.#enqueue(stored);
    this.#wake();
  }

  take(taker: Taker, clock: Clock): StoredMessage | undefined {
    if (this.#delayed.size > 0) this.#moveDue(clock.now());
    return this.#lanes.size === 0 ? this.#takeOrdinary(clock) : this.#takeFromLanes(taker, clock);
  }

  /** Nothing here is in a lane. */
  #takeOrdinary(clock: Clock): StoredMessage | undefined {
    for (let stored = this.#queue.take(); stored !== undefined; stored = this.#queue.take()) {
      if (stored.expiresAt !== undefined && stored.expiresAt <= clock.now()) this.#parts.onExpired(stored);
      else {
        stored.attempts += 1;
        return stored;
      }
    }
    return undefined;
  }

  #takeFromLanes(taker: Taker, clock: Clock): StoredMessage | undefined {
    const passedOver: StoredMessage[] = [];
    const taken = this.#takeFirst(taker, clock.now(), passedOver);
    for (const stored of passedOver) this.#push(stored);
    return taken;
  }

  remove(stored: StoredMessage): void {
    this.#comeBack(stored);
    this.#wake();
  }

  giveBack(stored: StoredMessage): void {
    this.#push(stored);
    this.#comeBack(stored);
    this.#wake();
  }

  postpone(stored: StoredMessage): void {
    const lane = this.#laneOf(stored);
    if (lane !== undefined) lane.holder = stored;
    this.#delayed.add(stored);
    this.#comeBack(stored);
    this.#wake();
  }

  giveBackAll(held: readonly StoredMessage[]): void {
    for (const stored of held) this.giveBack(stored);
  }

  cancel(nativeId: string): boolean {
    const stored = this.#cancellable.get(nativeId);
    if (stored === undefined) return false;
    stored.cancelled = true;
    this.#cancelled += 1;
    return this.#cancellable.delete(nativeId);
  }

  nextDue(): number | undefined {
    for (; this.#delayed.peek()?.cancelled === true; this.#cancelled -= 1) this.#delayed.take();
    return this.#delayed.peek()?.notBefore;
  }

  shuffle(random: () => number): number {
    const all = this.#queue.drain();
    const free = all.filter(({ lane }) => lane === undefined);
    const sequences = free.map(({ sequence }) => sequence);
    for (let last = sequences.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      [sequences[last], sequences[other]] = [sequences[other] as number, sequences[last] as number];
    }
    for (const [index, stored] of free.entries()) stored.sequence = sequences[index] as number;
    for (const stored of all) this.#queue.add(stored);
    return free.length;
  }

  forget(): void {
    this.#queue.drain();
    this.#delayed.drain();
    this.#cancellable.clear();
    this.#lanes.clear();
    this.#behind = 0;
    this.#cancelled = 0;
    this.deadLetters.clear();
  }

  /** Delayed messages whose time has come join the queue; a postponed member of a lane still holds it. */
  #moveDue(now: number): void {
    for (let stored = this.#delayed.peek(); stored !== undefined && stored.notBefore <= now; stored = this.#delayed.peek()) {
      this.#delayed.take();
      this.#cancellable.delete(stored.nativeId);
      if (stored.cancelled) this.#cancelled -= 1;
      else if (this.#laneOf(stored)?.holder === stored) this.#push(stored);
      else this.#enqueue(stored);
    }
  }

  /** A member of a lane goes behind the one that stands for its lane in the queue. */
  #enqueue(stored: StoredMessage): void {
    const lane = this.#laneOf(stored);
    if (lane !== undefined) this.#putBehind(lane, stored);
    else {
      if (stored.lane !== undefined)
        this.#lanes.set(stored.lane, { owner: undefined, out: 0, queued: 0, holder: undefined, behind: new Heap(byArrival) });
      this.#push(stored);
    }
  }

  #takeFirst(taker: Taker, now: number, passedOver: StoredMessage[]): StoredMessage | undefined {
    for (let stored = this.#pop(); stored !== undefined; stored = this.#pop()) {
      const lane = this.#laneOf(stored);
      if (lane !== undefined && this.#isClosed(lane, stored)) this.#putBehind(lane, stored);
      else if (lane !== undefined && lane.out > 0 && lane.owner !== taker) passedOver.push(stored);
      else if (stored.expiresAt !== undefined && stored.expiresAt <= now) this.#expire(stored, lane);
      else return this.#goOut(stored, lane, taker);
    }
    return undefined;
  }

  /** Nobody may take a member of the lane now. */
  #isClosed(lane: Lane, stored: StoredMessage): boolean {
    return lane.holder === undefined ? lane.out > 0 && this.#parts.laneMode === 'single' : lane.holder !== stored;
  }

  #goOut(stored: StoredMessage, lane: Lane | undefined, taker: Taker): StoredMessage {
    stored.attempts += 1;
    if (lane !== undefined) {
      lane.holder = undefined;
      lane.owner = taker;
      lane.out += 1;
      if (this.#parts.laneMode === 'owned') this.#promote(lane);
    }
    return stored;
  }

  #expire(stored: StoredMessage, lane: Lane | undefined): void {
    if (lane !== undefined) {
      if (lane.holder === stored) lane.holder = undefined;
      this.#advance(lane, stored.lane as string);
    }
    this.#parts.onExpired(stored);
  }

  /** It is not out any more. */
  #comeBack(stored: StoredMessage): void {
    const lane = this.#laneOf(stored);
    if (lane === undefined) return;
    lane.out -= 1;
    if (lane.out === 0) lane.owner = undefined;
    this.#advance(lane, stored.lane as string);
  }

  /** Something of the lane has moved: the next comes into the queue; an empty lane is forgotten. */
  #advance(lane: Lane, name: string): void {
    this.#promote(lane);
    if (lane.out === 0 && lane.queued === 0 && lane.behind.size === 0 && lane.holder === undefined) this.#lanes.delete(name);
  }

  /** Lets the next member of the lane stand in the queue, if none does. */
  #promote(lane: Lane): void {
    if (lane.queued > 0) return;
    const next = lane.behind.take();
    if (next === undefined) return;
    this.#behind -= 1;
    this.#push(next);
  }

  #putBehind(lane: Lane, stored: StoredMessage): void {
    lane.behind.add(stored);
    this.#behind += 1;
  }

  #push(stored: StoredMessage): void {
    this.#queue.add(stored);
    const lane = this.#laneOf(stored);
    if (lane !== undefined) lane.queued += 1;
  }

  #pop(): StoredMessage | undefined {
    const stored = this.#queue.take();
    const lane = stored === undefined ? undefined : this.#laneOf(stored);
    if (lane !== undefined) lane.queued -= 1;
    return stored;
  }

  #laneOf(stored: StoredMessage): Lane | undefined {
    return stored.lane === undefined ? undefined : this.#lanes.get(stored.lane);
  }

  #wake(): void {
    for (let index = 0; index < this.#takers.length; index += 1) (this.#takers[index] as Taker).wake();
  }
}
