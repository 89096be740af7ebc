import type { Destination, RejectionCode, SendOutcome, TransportEntry } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import type { BrokerState, MemoryPlace } from '../broker-state.ts';
import { copyMessage } from '../broker-state.ts';
import type { ResolvedMemoryOptions } from '../memory-options.ts';

/** Stores entries; one outcome each. */
export class MemorySender {
  readonly #broker: BrokerState;
  readonly #options: ResolvedMemoryOptions;

  constructor(options: ResolvedMemoryOptions) {
    this.#broker = options.broker;
    this.#options = options;
  }

  send(entries: readonly TransportEntry[], now: number): readonly SendOutcome[] {
    if (entries.length === 1) return [this.#sendOne(entries[0] as TransportEntry, now)];
    const blocked = new Set<string>();
    return entries.map((entry) => {
      const lane = entry.partitionKey === undefined ? undefined : `${placeOf(entry.destination)} ${entry.partitionKey}`;
      if (lane !== undefined && blocked.has(lane)) return rejected('LANE_BLOCKED', true);
      const outcome = this.#sendOne(entry, now);
      if (lane !== undefined && outcome.status !== 'accepted') blocked.add(lane);
      return outcome;
    });
  }

  /** Why an entry would be refused, or nothing. */
  refusalOf(entry: TransportEntry): RejectionCode | undefined {
    if (entry.body.byteLength > this.#options.maxMessageBytes) return 'MESSAGE_TOO_LARGE';
    const headers = entry.headers instanceof MessageHeaders ? entry.headers : MessageHeaders.copyOf(entry.headers);
    if (headers.byteLength() > this.#options.maxHeaderBytes) return 'HEADERS_TOO_LARGE';
    const { destination } = entry;
    if (destination.kind === 'endpoint') return this.#broker.places.has(destination.name) ? undefined : 'UNROUTABLE';
    if (destination.kind === 'topic') return this.#broker.topics.has(destination.name) ? undefined : 'UNROUTABLE';
    return undefined;
  }

  #sendOne(entry: TransportEntry, now: number): SendOutcome {
    const refusal = this.refusalOf(entry);
    if (refusal !== undefined) return rejected(refusal, false);
    const { destination } = entry;
    if (destination.kind === 'endpoint')
      return accepted(this.#broker.store(this.#broker.places.get(destination.name) as MemoryPlace, entry, now).nativeId, entry);
    if (destination.kind === 'reply') {
      this.#broker.replies.get(destination.address)?.(copyMessage(entry));
      return accepted(`memory-${this.#broker.nextId()}`, entry);
    }
    let nativeId = '';
    for (const name of this.#broker.topics.get(destination.name) ?? [])
      nativeId = this.#broker.store(this.#broker.declare(name), entry, now).nativeId;
    return accepted(nativeId === '' ? `memory-${this.#broker.nextId()}` : nativeId, entry);
  }
}

const placeOf = (destination: Destination): string =>
  `${destination.kind}:${destination.kind === 'reply' ? destination.address : destination.name}`;
const rejected = (code: RejectionCode, retryable: boolean): SendOutcome => ({ status: 'rejected', code, retryable });
const accepted = (nativeId: string, entry: TransportEntry): SendOutcome =>
  entry.notBefore === undefined ? { status: 'accepted', nativeId } : { status: 'accepted', nativeId, token: nativeId };
