import type { Destination, RejectionCode, SendOutcome, TransportEntry } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import type { Clock } from '../broker/clock.ts';
import type { Place } from '../broker/place.ts';
import type { StoredMessage } from '../broker/stored-message.ts';
import { copyMessage } from '../broker/stored-message.ts';

/** Why an entry is refused. */
export interface Refusal {
  readonly code: RejectionCode;
  readonly cause?: string;
  /** The same entry may be accepted later. */
  readonly retryable?: boolean;
}

/** Above this many waiting messages a send lets the event loop turn, so that receivers get their time. */
const HIGH_WATER_MARK = 1_024;

/** Stores entries; one outcome each. */
export class MemorySender {
  readonly #broker: BrokerState;
  #crowded = false;

  constructor(broker: BrokerState) {
    this.#broker = broker;
  }

  /** True, once, when the last sends went to an endpoint where too much waits. */
  hasCrowded(): boolean {
    const crowded = this.#crowded;
    this.#crowded = false;
    return crowded;
  }

  send(entries: readonly TransportEntry[], clock: Clock): readonly SendOutcome[] {
    if (entries.length === 1) return [this.#sendOne(entries[0] as TransportEntry, clock)];
    const blocked = new Set<string>();
    return entries.map((entry) => {
      const lane = entry.partitionKey === undefined ? undefined : `${nameOf(entry.destination)} ${entry.partitionKey}`;
      if (lane !== undefined && blocked.has(lane)) return rejected({ code: 'LANE_BLOCKED', retryable: true });
      const outcome = this.#sendOne(entry, clock);
      if (lane !== undefined && outcome.status !== 'accepted') blocked.add(lane);
      return outcome;
    });
  }

  /** Why an entry is refused, or nothing. */
  refusalOf(entry: TransportEntry, clock: Clock): Refusal | undefined {
    return this.#ownRefusalOf(entry, clock) ?? (this.#broker.faults.strike('rejectSend') ? STRUCK : undefined);
  }

  #ownRefusalOf(entry: TransportEntry, clock: Clock): Refusal | undefined {
    const { capabilities } = this.#broker.nature;
    if (entry.body.byteLength > capabilities.maxMessageBytes) return { code: 'MESSAGE_TOO_LARGE' };
    const headers = entry.headers instanceof MessageHeaders ? entry.headers : MessageHeaders.copyOf(entry.headers);
    if (!headers.fitsInto(capabilities.maxHeaderBytes)) return { code: 'HEADERS_TOO_LARGE' };
    return this.#isRoutable(entry.destination) ? this.#unsupported(entry, clock) : { code: 'UNROUTABLE' };
  }

  #isRoutable(destination: Destination): boolean {
    if (destination.kind === 'endpoint') return this.#broker.places.has(destination.name);
    return destination.kind === 'reply' || this.#broker.topics.has(destination.name);
  }

  #unsupported({ notBefore, priority }: TransportEntry, clock: Clock): Refusal | undefined {
    if (priority === undefined && notBefore === undefined) return undefined;
    const { delay, priority: hasPriority } = this.#broker.nature.capabilities;
    if (priority !== undefined && !hasPriority) return { code: 'SEND_REJECTED', cause: 'this broker has no priorities' };
    const now = clock.now();
    if (notBefore === undefined || notBefore <= now) return undefined;
    if (delay.steps === 'policy') return { code: 'SEND_REJECTED', cause: 'this broker delays redeliveries only' };
    return notBefore - now > delay.maxMs ? { code: 'SEND_REJECTED', cause: `this broker delays by at most ${delay.maxMs} ms` } : undefined;
  }

  #sendOne(entry: TransportEntry, clock: Clock): SendOutcome {
    const refusal = this.refusalOf(entry, clock);
    if (refusal !== undefined) return rejected(refusal);
    const { destination, notBefore } = entry;
    if (destination.kind === 'endpoint' && notBefore === undefined) return this.#store(destination.name, entry, clock);
    return this.#accepted(this.#deliver(entry, clock), entry);
  }

  /** Stores it, or hands it to who waits for replies; returns the native ids of its copies. */
  #deliver(entry: TransportEntry, clock: Clock): readonly string[] {
    const { destination } = entry;
    if (destination.kind === 'endpoint') return [this.#store(destination.name, entry, clock).nativeId];
    if (destination.kind === 'topic')
      return Array.from(
        this.#broker.topics.get(destination.name) ?? [],
        (name) => this.#broker.store(this.#place(name), entry, clock).nativeId,
      );
    this.#broker.replies.get(destination.address)?.(copyMessage(entry));
    return [];
  }

  #store(endpoint: string, entry: TransportEntry, clock: Clock): StoredMessage {
    const place = this.#place(endpoint);
    const stored = this.#broker.store(place, entry, clock);
    if (place.waiting > HIGH_WATER_MARK && place.hasTakers) this.#crowded = true;
    return stored;
  }

  #place(name: string): Place {
    return this.#broker.places.get(name) as Place;
  }

  #accepted(copies: readonly string[], { notBefore }: TransportEntry): SendOutcome {
    const { cancel } = this.#broker.nature.capabilities.delay;
    const nativeId = copies[0] ?? `memory-${this.#broker.nextId()}`;
    return notBefore !== undefined && cancel ? { status: 'accepted', nativeId, token: copies.join(' ') } : { status: 'accepted', nativeId };
  }
}

const nameOf = (destination: Destination): string =>
  `${destination.kind}:${destination.kind === 'reply' ? destination.address : destination.name}`;
const STRUCK: Refusal = Object.freeze({ code: 'SEND_REJECTED', cause: 'a fault was asked for', retryable: true });
const rejected = ({ code, cause, retryable = false }: Refusal): SendOutcome =>
  cause === undefined ? { status: 'rejected', code, retryable } : { status: 'rejected', code, retryable, cause };
