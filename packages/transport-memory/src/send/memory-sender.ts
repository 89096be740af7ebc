import type { Destination, RejectionCode, SendOutcome, TransportEntry } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import type { Place } from '../broker/place.ts';
import { copyMessage } from '../broker/stored-message.ts';

/** Why an entry is refused. */
export interface Refusal {
  readonly code: RejectionCode;
  readonly cause?: string;
}

/** Stores entries; one outcome each. */
export class MemorySender {
  readonly #broker: BrokerState;

  constructor(broker: BrokerState) {
    this.#broker = broker;
  }

  send(entries: readonly TransportEntry[], now: number): readonly SendOutcome[] {
    if (entries.length === 1) return [this.#sendOne(entries[0] as TransportEntry, now)];
    const blocked = new Set<string>();
    return entries.map((entry) => {
      const lane = entry.partitionKey === undefined ? undefined : `${nameOf(entry.destination)} ${entry.partitionKey}`;
      if (lane !== undefined && blocked.has(lane)) return rejected({ code: 'LANE_BLOCKED' }, true);
      const outcome = this.#sendOne(entry, now);
      if (lane !== undefined && outcome.status !== 'accepted') blocked.add(lane);
      return outcome;
    });
  }

  /** Why an entry would be refused, or nothing. */
  refusalOf(entry: TransportEntry, now: number): Refusal | undefined {
    const { capabilities } = this.#broker.nature;
    if (entry.body.byteLength > capabilities.maxMessageBytes) return { code: 'MESSAGE_TOO_LARGE' };
    const headers = entry.headers instanceof MessageHeaders ? entry.headers : MessageHeaders.copyOf(entry.headers);
    if (!headers.fitsInto(capabilities.maxHeaderBytes)) return { code: 'HEADERS_TOO_LARGE' };
    return this.#isRoutable(entry.destination) ? this.#unsupported(entry, now) : { code: 'UNROUTABLE' };
  }

  #isRoutable(destination: Destination): boolean {
    if (destination.kind === 'endpoint') return this.#broker.places.has(destination.name);
    return destination.kind === 'reply' || this.#broker.topics.has(destination.name);
  }

  #unsupported({ notBefore = 0, priority }: TransportEntry, now: number): Refusal | undefined {
    const { delay, priority: hasPriority } = this.#broker.nature.capabilities;
    if (priority !== undefined && !hasPriority) return { code: 'SEND_REJECTED', cause: 'this broker has no priorities' };
    if (notBefore <= now) return undefined;
    if (delay.steps === 'policy') return { code: 'SEND_REJECTED', cause: 'this broker delays redeliveries only' };
    return notBefore - now > delay.maxMs ? { code: 'SEND_REJECTED', cause: `this broker delays by at most ${delay.maxMs} ms` } : undefined;
  }

  #sendOne(entry: TransportEntry, now: number): SendOutcome {
    const refusal = this.refusalOf(entry, now);
    if (refusal !== undefined) return rejected(refusal, false);
    if (this.#broker.faults.strike('rejectSend')) return rejected({ code: 'SEND_REJECTED', cause: 'a fault was asked for' }, true);
    return this.#accepted(this.#deliver(entry, now), entry);
  }

  /** Stores it, or hands it to who waits for replies; returns the native ids of its copies. */
  #deliver(entry: TransportEntry, now: number): readonly string[] {
    const { destination } = entry;
    if (destination.kind === 'endpoint') return [this.#broker.store(this.#place(destination.name), entry, now)];
    if (destination.kind === 'topic')
      return Array.from(this.#broker.topics.get(destination.name) ?? [], (name) => this.#broker.store(this.#place(name), entry, now));
    this.#broker.replies.get(destination.address)?.(copyMessage(entry));
    return [];
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
const rejected = ({ code, cause }: Refusal, retryable: boolean): SendOutcome =>
  cause === undefined ? { status: 'rejected', code, retryable } : { status: 'rejected', code, retryable, cause };
