import type { DeadLetter, TransportEntry, TransportMessage } from '@waybill/core/transport';
import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import type { StoredMessage } from './memory-queue.ts';
import { MemoryQueue } from './memory-queue.ts';

/** One endpoint at the broker. */
export interface MemoryPlace {
  readonly name: string;
  readonly waiting: MemoryQueue;
  /** Messages that wait for their time, by native id. */
  readonly delayed: Map<string, StoredMessage>;
  /** Lanes with an unsettled or delayed member, and how the others wait. */
  readonly lanes: Map<string, StoredMessage[]>;
  readonly deadLetters: Map<string, DeadLetter>;
  /** Told when something may be handed over. */
  readonly listeners: Set<() => void>;
  ordered: boolean;
}

/** The state behind one or more memory transports: what a broker would hold. */
export class BrokerState {
  readonly places: Map<string, MemoryPlace> = new Map();
  /** Topic → endpoints. */
  readonly topics: Map<string, Set<string>> = new Map();
  readonly replies: Map<string, (message: TransportMessage) => void> = new Map();
  #sequence = 0;

  nextId(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** The place of that name, made if it is not there. */
  declare(name: string, ordered: boolean = false): MemoryPlace {
    let place = this.places.get(name);
    if (place === undefined) {
      place = {
        name,
        ordered,
        waiting: new MemoryQueue(),
        delayed: new Map(),
        lanes: new Map(),
        deadLetters: new Map(),
        listeners: new Set(),
      };
      this.places.set(name, place);
    }
    place.ordered ||= ordered;
    return place;
  }

  /** Stores a copy of an entry at a place; returns its native id. */
  store(place: MemoryPlace, entry: TransportEntry, now: number): StoredMessage {
    const sequence = this.nextId();
    const stored: StoredMessage = {
      sequence,
      nativeId: `memory-${sequence}`,
      message: copyMessage(entry),
      lane: place.ordered ? entry.partitionKey : undefined,
      priority: entry.priority ?? 0,
      expiresAt: entry.expiresAt,
      notBefore: entry.notBefore ?? 0,
      attempts: 0,
    };
    if (stored.notBefore > now) place.delayed.set(stored.nativeId, stored);
    else this.makeAvailable(place, stored);
    for (const listener of place.listeners) listener();
    return stored;
  }

  /** Puts a message where it can be taken: at its old place, or behind the busy member of its lane. */
  makeAvailable(place: MemoryPlace, stored: StoredMessage): void {
    const behind = stored.lane === undefined ? undefined : place.lanes.get(stored.lane);
    if (behind === undefined) {
      if (stored.lane !== undefined) place.lanes.set(stored.lane, []);
      place.waiting.add(stored);
    } else behind.push(stored);
  }

  /** The member of a lane is settled for good: the next may come. */
  advanceLane(place: MemoryPlace, lane: string | undefined): void {
    if (lane === undefined) return;
    const next = place.lanes.get(lane)?.shift();
    if (next === undefined) place.lanes.delete(lane);
    else place.waiting.add(next);
  }

  /** Moves a message into the dead letters of its endpoint. */
  bury(place: MemoryPlace, stored: StoredMessage, headers: ReadonlyMap<string, string>): void {
    place.deadLetters.set(stored.nativeId, {
      id: stored.nativeId,
      message: { headers: overlay(stored.message.headers, headers), body: stored.message.body },
    });
    this.advanceLane(place, stored.lane);
  }

  /** Takes the next message that may be handed over; what has expired goes to the dead letters on the way. */
  takeNext(place: MemoryPlace, now: number): StoredMessage | undefined {
    for (const stored of place.delayed.values()) {
      if (stored.notBefore > now) continue;
      place.delayed.delete(stored.nativeId);
      // A redelivered member of a lane still holds it; a message delayed by its sender joins it only now.
      if (stored.lane !== undefined && stored.attempts === 0) this.makeAvailable(place, stored);
      else place.waiting.add(stored);
    }
    for (;;) {
      const stored = place.waiting.take();
      if (stored?.expiresAt === undefined || stored.expiresAt > now) return stored;
      this.bury(
        place,
        stored,
        new Map([
          [HEADERS.reason, 'expired'],
          [HEADERS.error, 'MESSAGE_EXPIRED: it expired at the broker'],
          [HEADERS.origin, place.name],
        ]),
      );
    }
  }
}

/** A copy that shares nothing: headers and bytes are new, as they would be after a wire. */
export function copyMessage(message: TransportMessage): TransportMessage {
  return { headers: MessageHeaders.copyOf(message.headers), body: Uint8Array.prototype.slice.call(message.body) };
}

/** Headers with others laid over them. */
export function overlay(headers: ReadonlyMap<string, string>, over: ReadonlyMap<string, string>): MessageHeaders {
  const merged = MessageHeaders.copyOf(headers);
  for (const [name, value] of over) merged.set(name, value);
  return merged;
}
