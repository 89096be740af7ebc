import type { BusEvent, ObservedMessage } from '@waybill/core';
import type { DeadLetterReason, TransportEntry, TransportMessage } from '@waybill/core/transport';
import { HEADER_PREFIX, HEADERS } from '@waybill/core/transport';
import type { RecordedMessage, RecordKind } from './recorded-message.ts';

type Facts = Partial<Pick<RecordedMessage, 'from' | 'due' | 'attempt' | 'error' | 'next' | 'delayMs' | 'reason'>>;

/** What a {@link Recorder} works with. */
export interface RecorderParts {
  /** Virtual milliseconds since the start. */
  readonly elapsed: () => number;
  /** Reads a body; its content type chooses the serializer. */
  readonly read: (message: TransportMessage) => unknown;
}

/** All that was seen of the messages of one harness, in the order of its happening. */
export class Recorder {
  readonly all: RecordedMessage[] = [];
  readonly #parts: RecorderParts;
  readonly #errors = new WeakMap<ObservedMessage, unknown>();
  /** Dead letters that were recorded when they were made, by endpoint and id; to be told from those that the broker made. */
  readonly #buried = new Map<string, number>();
  readonly #listed = new Set<string>();

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** A message was accepted by the broker. */
  left(kind: 'sent' | 'published' | 'replied', place: string, entry: TransportEntry, from: string | undefined): void {
    const wire = { headers: new Map(entry.headers), body: entry.body };
    const due = entry.notBefore === undefined ? undefined : new Date(entry.notBefore);
    this.#add(kind, place, wire, () => this.#parts.read(wire), { from, due });
  }

  /** Something happened to a message that came. */
  observe(event: BusEvent): void {
    const { message } = event;
    const wire = { headers: message.allHeaders };
    const { attempt } = message;
    if (event.kind === 'attempt-failed') {
      const { error, next, delayMs } = event;
      this.#errors.set(message, error);
      this.#add('faulted', message.endpoint, wire, () => message.message, { attempt, error, next, delayMs });
    } else if (event.kind === 'message-settled') {
      const kind = SETTLED[event.as];
      if (kind === 'deadLettered') this.#count(message.endpoint, message.messageId);
      if (kind !== undefined)
        this.#add(kind, message.endpoint, wire, () => message.message, { attempt, error: this.#errors.get(message), reason: event.reason });
    }
  }

  /** A letter stands in the dead letters; where nobody told of it, the broker has put it there by itself. */
  listed(endpoint: string, id: string, wire: TransportMessage): void {
    const letter = `${endpoint} ${id}`;
    if (this.#listed.has(letter)) return;
    this.#listed.add(letter);
    if (this.#uncount(endpoint, wire.headers.get(HEADERS.id))) return;
    const reason = wire.headers.get(HEADERS.reason) as DeadLetterReason | undefined;
    this.#add('deadLettered', endpoint, wire, () => this.#parts.read(wire), { reason, error: wire.headers.get(HEADERS.error) });
  }

  #count(endpoint: string, messageId: string): void {
    const key = `${endpoint} ${messageId}`;
    this.#buried.set(key, (this.#buried.get(key) ?? 0) + 1);
  }

  #uncount(endpoint: string, messageId: string | undefined): boolean {
    const key = `${endpoint} ${messageId}`;
    const count = this.#buried.get(key) ?? 0;
    if (count > 0) this.#buried.set(key, count - 1);
    return count > 0;
  }

  #add(kind: RecordKind, place: string, { headers }: Pick<TransportMessage, 'headers'>, read: () => unknown, facts: Facts): void {
    this.all.push(new Recording(kind, place, this.#parts.elapsed(), new Map(headers), read, facts));
  }
}

const SETTLED = {
  handled: 'consumed',
  skipped: 'skipped',
  redelivered: undefined,
  'dead-lettered': 'deadLettered',
  discarded: undefined,
} as const;

/** A message as it was seen. The payload is read when it is first looked at. */
class Recording implements RecordedMessage {
  readonly kind: RecordKind;
  readonly place: string;
  readonly at: number;
  readonly allHeaders: ReadonlyMap<string, string>;
  readonly from: string | undefined;
  readonly due: Date | undefined;
  readonly attempt: number | undefined;
  readonly error: unknown;
  readonly next: RecordedMessage['next'];
  readonly delayMs: number | undefined;
  readonly reason: DeadLetterReason | undefined;
  #read: (() => unknown) | undefined;
  #message: unknown;

  constructor(
    kind: RecordKind,
    place: string,
    at: number,
    headers: ReadonlyMap<string, string>,
    read: () => unknown,
    { from, due, attempt, error, next, delayMs, reason }: Facts,
  ) {
    this.kind = kind;
    this.place = place;
    this.at = at;
    this.allHeaders = headers;
    this.from = from;
    this.due = due;
    this.attempt = attempt;
    this.error = error;
    this.next = next;
    this.delayMs = delayMs;
    this.reason = reason;
    this.#read = read;
  }

  get message(): unknown {
    if (this.#read !== undefined) {
      this.#message = this.#read();
      this.#read = undefined;
    }
    return this.#message;
  }
  get name(): string {
    return this.allHeaders.get(HEADERS.name) ?? '(no name)';
  }
  get messageId(): string | undefined {
    return this.allHeaders.get(HEADERS.id);
  }
  get correlationId(): string | undefined {
    return this.allHeaders.get(HEADERS.correlation);
  }
  get conversationId(): string | undefined {
    return this.allHeaders.get(HEADERS.conversation);
  }
  get causationId(): string | undefined {
    return this.allHeaders.get(HEADERS.causation);
  }
  get tenantId(): string | undefined {
    return this.allHeaders.get(HEADERS.tenant);
  }
  get requestId(): string | undefined {
    return this.allHeaders.get(HEADERS.request);
  }
  get headers(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.allHeaders).filter(([name]) => !name.startsWith(HEADER_PREFIX) && !OTHERS.has(name)));
  }
}

const OTHERS: ReadonlySet<string> = new Set([HEADERS.contentType, HEADERS.traceparent, HEADERS.tracestate, HEADERS.baggage]);
