import type { TransportEntry, TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryNature } from '../memory-presets.ts';
import type { Clock } from './clock.ts';
import { FaultState } from './fault-state.ts';
import { hash, LogPlace } from './log-place.ts';
import type { Letters, Place } from './place.ts';
import { QueuePlace } from './queue-place.ts';
import type { Storage } from './stored-message.ts';
import { StoredMessage, overlay } from './stored-message.ts';

/** How many slots the keys of an ordered endpoint are hashed to, where lanes are slots. */
const SLOTS_PER_ENDPOINT = 64;

/** A message that may be taken at once, by anyone. */
const ORDINARY: Storage = Object.freeze({ partitionKey: undefined, lane: undefined, priority: 0, expiresAt: undefined, notBefore: 0 });

/** A transport that is open at the broker. */
export interface Connection {
  /** Ends what the broker knows of it; unsettled deliveries are lost. Returns how many. */
  cut(reason: string): number;
  /** Takes the right to settle away at one endpoint, or at all. Returns how many were lost. */
  loseDeliveries(endpoint: string | undefined, reason: string): number;
}

/** The state behind one or more memory transports: what a broker would hold. */
export class BrokerState {
  readonly nature: MemoryNature;
  readonly places: Map<string, Place> = new Map();
  /** Topic → endpoints. */
  readonly topics: Map<string, Set<string>> = new Map();
  /** Endpoint or subscription → the bus that it was made for. */
  readonly owners: Map<string, string> = new Map();
  readonly replies: Map<string, (message: TransportMessage) => void> = new Map();
  readonly connections: Set<Connection> = new Set();
  readonly faults: FaultState = new FaultState();
  /** Native ids that were stored, with their times, by endpoint; only where the broker drops duplicates. */
  readonly #seen = new Map<string, Map<string, number>>();
  readonly #letters = new Map<string, Letters>();
  #sequence = 0;

  constructor(nature: MemoryNature) {
    this.nature = nature;
  }

  nextId(): number {
    this.#sequence += 1;
    return this.#sequence;
  }

  /** Makes an endpoint; `letters` is the one whose dead letters it shares. */
  declare(name: string, ordered: boolean, letters: string = name): void {
    if (this.places.has(name)) return;
    const shared = this.#makeLetters(letters);
    this.places.set(name, this.nature.form === 'log' ? new LogPlace(name, ordered, shared) : this.#makeQueue(name, ordered, shared));
  }

  /** The dead letters of an endpoint; they outlive one that is temporary. */
  lettersOf(endpoint: string): Letters | undefined {
    return this.#letters.get(endpoint);
  }

  /** Removes an endpoint with all that it holds, and its subscriptions. */
  remove(name: string): void {
    this.places.delete(name);
    for (const endpoints of this.topics.values()) endpoints.delete(name);
  }

  #makeLetters(endpoint: string): Letters {
    const known = this.#letters.get(endpoint);
    if (known !== undefined) return known;
    const letters: Letters = { deadLetters: new Map(), heldLetters: new Set() };
    this.#letters.set(endpoint, letters);
    return letters;
  }

  /** Stores a copy of an entry; a duplicate that the broker drops is accepted all the same. Returns it as it is stored. */
  store(place: Place, entry: TransportEntry, clock: Clock): StoredMessage {
    const stored = this.#toStored(place, entry, clock);
    if (this.nature.capabilities.dedupe !== undefined && this.#isDuplicate(place.name, entry, clock.now())) return stored;
    place.add(stored);
    if (this.faults.strike('duplicate')) place.add(this.#toStored(place, entry, clock));
    return stored;
  }

  /** Moves a message that was out into the dead letters of its endpoint. */
  bury(place: Place, stored: StoredMessage, headers: ReadonlyMap<string, string>): void {
    const message = { headers: overlay(stored.headers, headers), body: stored.body };
    place.deadLetters.set(stored.nativeId, { id: stored.nativeId, message });
  }

  /** The time when something due at `time` becomes available here. */
  dueTime(time: number): number {
    const { dueStepMs } = this.nature;
    return Math.ceil(time / dueStepMs) * dueStepMs;
  }

  #makeQueue(name: string, ordered: boolean, letters: Letters): Place {
    const place: Place = new QueuePlace({
      name,
      ordered,
      letters,
      laneMode: this.nature.lanesInBatches ? 'owned' : 'single',
      onExpired: (stored) =>
        this.bury(
          place,
          stored,
          new Map([
            [HEADERS.reason, 'expired'],
            [HEADERS.error, 'MESSAGE_EXPIRED: it expired at the broker'],
            [HEADERS.origin, name],
          ]),
        ),
    });
    return place;
  }

  #toStored(place: Place, entry: TransportEntry, clock: Clock): StoredMessage {
    return new StoredMessage(this.nextId(), entry, isOrdinary(place, entry) ? ORDINARY : this.#storageOf(place, entry, clock));
  }

  #storageOf(place: Place, { partitionKey, priority = 0, expiresAt, notBefore }: TransportEntry, clock: Clock): Storage {
    const lane = place.ordered ? this.#laneOf(partitionKey) : undefined;
    return {
      partitionKey,
      lane,
      priority: lane === undefined ? priority : 0,
      expiresAt: this.nature.capabilities.ttl ? expiresAt : undefined,
      notBefore: notBefore === undefined || notBefore <= clock.now() ? 0 : this.dueTime(notBefore),
    };
  }

  #laneOf(partitionKey: string | undefined): string | undefined {
    const { kind } = this.nature.capabilities.lanes;
    if (partitionKey === undefined || kind === 'none') return undefined;
    return kind === 'key' ? partitionKey : `slot-${hash(partitionKey) % SLOTS_PER_ENDPOINT}`;
  }

  #isDuplicate(place: string, { headers, copy }: TransportEntry, now: number): boolean {
    const messageId = headers.get(HEADERS.id);
    const { dedupe } = this.nature.capabilities;
    if (dedupe === undefined || messageId === undefined) return false;
    const key = copy === undefined ? messageId : `${messageId}/${copy}`;
    const seen = this.#seen.get(place) ?? new Map<string, number>();
    this.#seen.set(place, seen);
    for (const [old, time] of seen) {
      if (time + dedupe.windowMs > now) break;
      seen.delete(old);
    }
    if (seen.has(key)) return true;
    seen.set(key, now);
    return false;
  }
}

const isOrdinary = ({ ordered }: Place, { partitionKey, priority, expiresAt, notBefore }: TransportEntry): boolean =>
  !ordered && partitionKey === undefined && priority === undefined && expiresAt === undefined && notBefore === undefined;
