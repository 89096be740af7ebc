import { isoTimeReader } from '../messages/iso-time.ts';
import { SLOTS } from '../messages/message-headers.ts';
import type { Logger } from '../observability/logger.ts';
import type { IMeter } from '../observability/meter.ts';
import { SPAN_OPERATIONS, TELEMETRY_ATTRIBUTES as ATTRIBUTES, UNKNOWN_CONTRACT } from '../observability/telemetry-names.ts';
import type { BusEvent, ObservedMessage } from '../pipeline/bus-events.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import { destinationName, errorType } from '../pipeline/message-spans.ts';
import { OutgoingContext } from '../pipeline/outgoing-context.ts';
import { HEADERS } from '../messages/headers.ts';
import type { OutboxCounts } from '../outbox/outbox-monitor.ts';
import type { OutboxStatus } from '../outbox/outbox-store.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import type { ReplyCounts } from './bus.ts';
import type { BusStatistics, OutboxStatistics } from './statistics.ts';
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
export class StatisticsRecorder implements OutboxCounts {
  readonly #parts: RecorderParts;
  readonly #meter: Instruments | undefined;
  readonly #since: number;
  readonly #endpoints: Map<string, EndpointCounts>;
  /** By destination, then by contract. */
  readonly #sends = new Map<string, Map<string, SendCounts>>();
  #sendsCount = 0;
  /** Those beyond {@link MOST_DESTINATIONS}. */
  #otherSends: SendCounts | undefined;
  readonly #readTime = isoTimeReader();
  /** What handlers sent and the transport was asked to send by itself, not with the ack. */
  readonly #sentAlone = new WeakSet<TransportEntry>();
  /** What comes out of the outbox of this service, batch by batch: the names in it are those of its contracts. */
  readonly #relayed = new WeakSet<readonly TransportEntry[]>();
  #outbox: OutboxStatistics | undefined;

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    const common = { [ATTRIBUTES.system]: parts.system, [ATTRIBUTES.bus]: parts.bus };
    this.#meter = parts.meter === undefined ? undefined : makeInstruments(parts.meter, common, parts.logger);
    this.#since = parts.runtime.now();
    this.#endpoints = new Map(parts.endpoints.map((name) => [name, new EndpointCounts(name)]));
  }

  readonly observe = (event: BusEvent): void => {
    if (event.kind === 'attempt-started') this.#started(event.message);
    else if (event.kind === 'message-settled') this.#settled(event);
    else this.#ended(event);
  };

  /** Entries that were sent by themselves have their outcomes. */
  sent(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[], durationMs: number): void {
    const isRelayed = this.#relayed.has(entries);
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as TransportEntry;
      this.#count(entry.destination, contractNameOf(entry, isRelayed), outcomes[index] ?? UNANSWERED, durationMs);
    }
  }

  #count(to: TransportEntry['destination'], contract: string, outcome: SendOutcome, durationMs: number | undefined): void {
    const counts = this.#sendsOf(destinationName(to), contract);
    counts[outcome.status] += 1;
    if (durationMs !== undefined) counts.durations.add(durationMs);
    if (this.#meter === undefined) return;
    const type = outcomeType(outcome);
    const attributes = {
      [ATTRIBUTES.operationName]: SPAN_OPERATIONS.send,
      [ATTRIBUTES.destination]: counts.destination,
      [ATTRIBUTES.contract]: counts.contract,
      ...(type === undefined ? {} : { [ATTRIBUTES.errorType]: type }),
    };
    this.#meter.sent(1, attributes);
    if (durationMs !== undefined) this.#meter.sendDuration(durationMs, attributes);
  }

  /** To be told before they are sent together. */
  relaying(entries: readonly TransportEntry[]): void {
    this.#relayed.add(entries);
  }

  outboxSent(rows: number): void {
    this.#outbox = { ...(this.#outbox ?? EMPTY_OUTBOX), sent: (this.#outbox?.sent ?? 0) + rows };
    this.#meter?.outboxSent(rows, {});
  }

  outboxIs(status: OutboxStatus): void {
    const before = this.#outbox ?? EMPTY_OUTBOX;
    this.#outbox = { ...before, ...status, at: new Date(this.#parts.runtime.now()) };
    this.#meter?.outboxWaiting(status.waiting - before.waiting, {});
    this.#meter?.outboxDelayed(status.delayed - before.delayed, {});
    this.#meter?.outboxHeld(status.held - before.held, {});
    this.#meter?.outboxOldest((status.oldestMs - before.oldestMs) / 1_000, {});
  }

  settleLost(endpoint: string): void {
    this.#endpointOf(endpoint).settleLost += 1;
    this.#meter?.settleLost(1, { [ATTRIBUTES.destination]: endpoint });
  }

  snapshot(replies: ReplyCounts): BusStatistics {
    return Object.freeze({
      since: new Date(this.#since),
      at: new Date(this.#parts.runtime.now()),
      endpoints: Object.freeze(Array.from(this.#endpoints.values(), (one) => one.snapshot())),
      sends: Object.freeze(this.#allSends().map((one) => one.snapshot())),
      replies: Object.freeze({ ...replies }),
      outbox: this.#outbox === undefined ? undefined : Object.freeze({ ...this.#outbox }),
    });
  }

  #allSends(): readonly SendCounts[] {
    const counts = Array.from(this.#sends.values()).flatMap((byContract) => Array.from(byContract.values()));
    return this.#otherSends === undefined ? counts : [...counts, this.#otherSends];
  }

  #started(message: ObservedMessage): void {
    if (message instanceof IncomingContext) message.began = this.#parts.runtime.monotonic();
    this.#endpointOf(message.endpoint).inFlight += 1;
    this.#meter?.inFlight(1, { [ATTRIBUTES.destination]: message.endpoint });
  }

  #ended(event: Extract<BusEvent, { readonly kind: 'attempt-succeeded' | 'attempt-failed' }>): void {
    const { message } = event;
    if (!(message instanceof IncomingContext) || message.began === undefined) return;
    const durationMs = this.#parts.runtime.monotonic() - message.began;
    const latencyMs = this.#latencyOf(message, durationMs);
    const endpoint = this.#endpointOf(message.endpoint);
    const counts = this.#contractOf(message);
    endpoint.inFlight -= 1;
    counts.durations.add(durationMs);
    if (latencyMs !== undefined) counts.latency.add(latencyMs);
    if (this.#meter !== undefined) tellEnded(this.#meter, event, attributesOf(counts, message), durationMs, latencyMs);
    if (event.kind === 'attempt-failed') this.#failed(event.next, counts, message);
  }

  /** From the sending to the first attempt. */
  #latencyOf(message: IncomingContext, durationMs: number): number | undefined {
    const sent = message.attempt === 1 ? message.allHeaders.at(SLOTS.sent) : undefined;
    const sentMs = sent === undefined ? Number.NaN : this.#readTime(sent);
    return Number.isNaN(sentMs) ? undefined : Math.max(0, this.#parts.runtime.now() - sentMs - durationMs);
  }

  #failed(next: string, counts: ContractCounts, message: ObservedMessage): void {
    counts.failed += 1;
    if (next === 'retry') {
      counts.retried += 1;
      this.#meter?.retries(1, attributesOf(counts, message));
    } else if (next === 'release') {
      counts.released += 1;
      this.#meter?.releases(1, attributesOf(counts, message));
    }
  }

  #settled({ message, as }: Extract<BusEvent, { readonly kind: 'message-settled' }>): void {
    const counts = this.#contractOf(message);
    this.#meter?.consumed(1, { ...attributesOf(counts, message), [ATTRIBUTES.outcome]: as });
    if (as === 'dead-lettered') {
      counts.deadLettered += 1;
      this.#meter?.deadLetters(1, attributesOf(counts, message));
      return;
    }
    counts[as] += 1;
    if (as === 'redelivered') this.#meter?.redeliveries(1, attributesOf(counts, message));
    if (as === 'handled' && message instanceof IncomingContext) this.#leftWithAck(message.captured);
  }

  /** To be told before `sent`. */
  sentByThemselves(entries: readonly TransportEntry[]): void {
    for (const entry of entries) if (entry instanceof OutgoingContext && entry.parent !== undefined) this.#sentAlone.add(entry);
  }

  /** What the handlers sent and was not sent by itself has left with the ack. */
  #leftWithAck(entries: readonly TransportEntry[]): void {
    for (const entry of entries)
      if (!this.#sentAlone.has(entry)) this.#count(entry.destination, contractNameOf(entry, false), ACCEPTED, undefined);
  }

  #endpointOf(name: string): EndpointCounts {
    let counts = this.#endpoints.get(name);
    if (counts === undefined) this.#endpoints.set(name, (counts = new EndpointCounts(name)));
    return counts;
  }

  #contractOf({ endpoint, contract }: ObservedMessage): ContractCounts {
    return this.#endpointOf(endpoint).of(contract?.name ?? UNKNOWN_CONTRACT);
  }

  #sendsOf(destination: string, contract: string): SendCounts {
    const known = this.#sends.get(destination)?.get(contract);
    if (known !== undefined) return known;
    if (this.#sendsCount === MOST_DESTINATIONS) return (this.#otherSends ??= new SendCounts(OTHERS, OTHERS));
    this.#sendsCount += 1;
    const counts = new SendCounts(destination, contract);
    this.#sends.set(destination, (this.#sends.get(destination) ?? new Map<string, SendCounts>()).set(contract, counts));
    return counts;
  }
}

/** What others have sent may have any name. */
function contractNameOf(entry: TransportEntry, isRelayed: boolean): string {
  if (entry instanceof OutgoingContext) return entry.contract.name;
  return (isRelayed ? entry.headers.get(HEADERS.name) : undefined) ?? UNKNOWN_CONTRACT;
}

function tellEnded(
  meter: Instruments,
  event: Extract<BusEvent, { readonly kind: 'attempt-succeeded' | 'attempt-failed' }>,
  attributes: Readonly<Record<string, string>>,
  durationMs: number,
  latencyMs: number | undefined,
): void {
  const failure = event.kind === 'attempt-failed' ? { [ATTRIBUTES.errorType]: errorType(event.error) } : {};
  meter.inFlight(-1, { [ATTRIBUTES.destination]: event.message.endpoint });
  meter.processDuration(durationMs, { ...attributes, [ATTRIBUTES.operationName]: SPAN_OPERATIONS.process, ...failure });
  if (latencyMs !== undefined) meter.latency(latencyMs, attributes);
}

/** The error code of an outcome; none where it was accepted. */
export function outcomeType(outcome: SendOutcome): string | undefined {
  if (outcome.status === 'accepted') return undefined;
  return outcome.status === 'rejected' ? outcome.code : 'SEND_OUTCOME_UNKNOWN';
}

const EMPTY_OUTBOX: OutboxStatistics = Object.freeze({ waiting: 0, delayed: 0, held: 0, oldestMs: 0, sent: 0, at: undefined });

const ACCEPTED: SendOutcome = Object.freeze({ status: 'accepted', nativeId: '' });

function attributesOf({ contract }: ContractCounts, { endpoint }: ObservedMessage): Readonly<Record<string, string>> {
  return { [ATTRIBUTES.destination]: endpoint, [ATTRIBUTES.contract]: contract };
}
