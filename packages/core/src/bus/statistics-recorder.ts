import { HEADERS } from '../messages/headers.ts';
import type { Logger } from '../observability/logger.ts';
import type { IMeter } from '../observability/meter.ts';
import { SPAN_OPERATIONS, TELEMETRY_ATTRIBUTES as ATTRIBUTES, UNKNOWN_CONTRACT } from '../observability/telemetry-names.ts';
import type { BusEvent, ObservedMessage } from '../pipeline/bus-events.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import { destinationName, errorType } from '../pipeline/message-spans.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import type { ReplyCounts } from './bus.ts';
import type { BusStatistics } from './statistics.ts';
import type { ContractCounts } from './statistics-counts.ts';
import { EndpointCounts, SendCounts } from './statistics-counts.ts';
import type { Instruments } from './statistics-instruments.ts';
import { makeInstruments } from './statistics-instruments.ts';

/** What a {@link StatisticsRecorder} works with. */
export interface RecorderParts {
  readonly runtime: Pick<Runtime, 'now' | 'monotonic'>;
  readonly logger: Logger;
  readonly meter: IMeter | undefined;
  readonly system: string;
  readonly bus: string;
  /** All endpoints, so that one where nothing happens is told of too. */
  readonly endpoints: readonly string[];
}

/** So many pairs of destination and contract are counted by themselves; further ones together. */
const MOST_DESTINATIONS = 1_000;
const OTHERS = '(others)';

/** Counts what happens, at one place for `bus.statistics()` and for the meter, so that both say the same. */
export class StatisticsRecorder {
  readonly #parts: RecorderParts;
  readonly #meter: Instruments;
  readonly #since: number;
  readonly #endpoints: Map<string, EndpointCounts>;
  readonly #sends = new Map<string, SendCounts>();
  /** Entries that the transport was asked to send by themselves. */
  readonly #sentAlone = new WeakSet<TransportEntry>();
  /** When each attempt that runs began. */
  readonly #began = new Map<ObservedMessage, { readonly at: number; readonly latencyMs: number | undefined }>();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#meter = makeInstruments(parts.meter, { [ATTRIBUTES.system]: parts.system, [ATTRIBUTES.bus]: parts.bus }, parts.logger);
    this.#since = parts.runtime.now();
    this.#endpoints = new Map(parts.endpoints.map((name) => [name, new EndpointCounts(name)]));
  }

  readonly observe = (event: BusEvent): void => {
    if (event.kind === 'attempt-started') this.#started(event.message);
    else if (event.kind === 'message-settled') this.#settled(event);
    else this.#ended(event);
  };

  /** An entry has its outcome; `durationMs` where it was sent by itself. */
  sent(entry: TransportEntry, outcome: SendOutcome, durationMs: number | undefined): void {
    const counts = this.#sendsOf(entry);
    counts[outcome.status] += 1;
    const type = outcomeType(outcome);
    const attributes = {
      [ATTRIBUTES.operationName]: SPAN_OPERATIONS.send,
      [ATTRIBUTES.destination]: counts.destination,
      [ATTRIBUTES.contract]: counts.contract,
      ...(type === undefined ? {} : { [ATTRIBUTES.errorType]: type }),
    };
    this.#meter.sent(1, attributes);
    if (durationMs === undefined) return;
    counts.durations.add(durationMs);
    this.#meter.sendDuration(durationMs, attributes);
  }

  settleLost(endpoint: string): void {
    this.#endpointOf(endpoint).settleLost += 1;
    this.#meter.settleLost(1, { [ATTRIBUTES.destination]: endpoint });
  }

  snapshot(replies: ReplyCounts): BusStatistics {
    return Object.freeze({
      since: new Date(this.#since),
      at: new Date(this.#parts.runtime.now()),
      endpoints: Object.freeze(Array.from(this.#endpoints.values(), (one) => one.snapshot())),
      sends: Object.freeze(Array.from(this.#sends.values(), (one) => one.snapshot())),
      replies: Object.freeze({ ...replies }),
    });
  }

  #started(message: ObservedMessage): void {
    const { runtime } = this.#parts;
    const sent = message.attempt === 1 ? message.allHeaders.get(HEADERS.sent) : undefined;
    const latencyMs = sent === undefined ? Number.NaN : Math.max(0, runtime.now() - Date.parse(sent));
    this.#began.set(message, { at: runtime.monotonic(), latencyMs: Number.isNaN(latencyMs) ? undefined : latencyMs });
    this.#endpointOf(message.endpoint).inFlight += 1;
    this.#meter.inFlight(1, { [ATTRIBUTES.destination]: message.endpoint });
  }

  #ended(event: Extract<BusEvent, { readonly kind: 'attempt-succeeded' | 'attempt-failed' }>): void {
    const { message } = event;
    const began = this.#began.get(message);
    if (began === undefined) return;
    this.#began.delete(message);
    const endpoint = this.#endpointOf(message.endpoint);
    const counts = this.#contractOf(message);
    const attributes = attributesOf(counts, message);
    endpoint.inFlight -= 1;
    this.#meter.inFlight(-1, { [ATTRIBUTES.destination]: message.endpoint });
    const durationMs = this.#parts.runtime.monotonic() - began.at;
    const failure = event.kind === 'attempt-failed' ? { [ATTRIBUTES.errorType]: errorType(event.error) } : {};
    counts.durations.add(durationMs);
    this.#meter.processDuration(durationMs, { ...attributes, [ATTRIBUTES.operationName]: SPAN_OPERATIONS.process, ...failure });
    if (began.latencyMs !== undefined) {
      counts.latency.add(began.latencyMs);
      this.#meter.latency(began.latencyMs, attributes);
    }
    if (event.kind === 'attempt-failed') this.#failed(event.next, counts, attributes);
  }

  #failed(next: string, counts: ContractCounts, attributes: Readonly<Record<string, string>>): void {
    counts.failed += 1;
    if (next === 'retry') {
      counts.retried += 1;
      this.#meter.retries(1, attributes);
    } else if (next === 'release') {
      counts.released += 1;
      this.#meter.releases(1, attributes);
    }
  }

  #settled({ message, as }: Extract<BusEvent, { readonly kind: 'message-settled' }>): void {
    const counts = this.#contractOf(message);
    const attributes = attributesOf(counts, message);
    this.#meter.consumed(1, { ...attributes, [ATTRIBUTES.outcome]: as });
    if (as === 'dead-lettered') {
      counts.deadLettered += 1;
      this.#meter.deadLetters(1, attributes);
      return;
    }
    counts[as] += 1;
    if (as === 'redelivered') this.#meter.redeliveries(1, attributes);
    if (as === 'handled' && message instanceof IncomingContext) this.#leftWithAck(message.captured);
  }

  /** To be told before `sent`. */
  sentByItself(entry: TransportEntry): void {
    this.#sentAlone.add(entry);
  }

  /** What the handlers sent and was not sent by itself has left with the ack. */
  #leftWithAck(entries: readonly TransportEntry[]): void {
    for (const entry of entries) if (!this.#sentAlone.has(entry)) this.sent(entry, ACCEPTED, undefined);
  }

  #endpointOf(name: string): EndpointCounts {
    let counts = this.#endpoints.get(name);
    if (counts === undefined) this.#endpoints.set(name, (counts = new EndpointCounts(name)));
    return counts;
  }

  #contractOf({ endpoint, contract }: ObservedMessage): ContractCounts {
    return this.#endpointOf(endpoint).of(contract?.name ?? UNKNOWN_CONTRACT);
  }

  #sendsOf(entry: TransportEntry): SendCounts {
    const destination = destinationName(entry.destination);
    const contract = entry instanceof OutgoingContext ? entry.contract.name : UNKNOWN_CONTRACT;
    const key = `${destination} ${contract}`;
    const known = this.#sends.get(key);
    if (known !== undefined) return known;
    const isFull = this.#sends.size >= MOST_DESTINATIONS;
    const counts =
      (isFull ? this.#sends.get(OTHERS) : undefined) ?? new SendCounts(isFull ? OTHERS : destination, isFull ? OTHERS : contract);
    this.#sends.set(isFull ? OTHERS : key, counts);
    return counts;
  }
}

/** The error code of an outcome; none where it was accepted. */
export function outcomeType(outcome: SendOutcome): string | undefined {
  if (outcome.status === 'accepted') return undefined;
  return outcome.status === 'rejected' ? outcome.code : 'SEND_OUTCOME_UNKNOWN';
}

const ACCEPTED: SendOutcome = Object.freeze({ status: 'accepted', nativeId: '' });

function attributesOf({ contract }: ContractCounts, { endpoint }: ObservedMessage): Readonly<Record<string, string>> {
  return { [ATTRIBUTES.destination]: endpoint, [ATTRIBUTES.contract]: contract };
}
