import type { MaybePromise, RejectionCode, Runtime, SendOutcome, TransportCapabilities, TransportEntry } from '@waybill/core/transport';
import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import { DIRECT_REPLY_TO } from '../native-headers.ts';
import type { AmqpRoute } from '../rabbitmq-client.ts';
import type { KnownExchanges } from './known-exchanges.ts';
import type { Publish, PublishEnd } from './publish-channel.ts';
import type { PublishLine } from './publish-line.ts';
import { routeOf } from './route.ts';
import type { OutcomeTaker } from './send-call.ts';
import { SendCall } from './send-call.ts';
import type { OutgoingProperties } from './to-amqp.ts';
import { amqpWriter, headerNotAllowed } from './to-amqp.ts';

/** What a {@link RabbitmqSender} works with. */
export interface SenderParts {
  readonly runtime: Runtime;
  readonly capabilities: TransportCapabilities;
  readonly line: PublishLine;
  readonly exchanges: KnownExchanges;
  /** What is sent are requests of a reply inbox: replies come back to this channel. */
  readonly isInbox: boolean;
}

/** Sends entries: one outcome each, in order within a destination and partition key. */
export class RabbitmqSender {
  readonly #parts: SenderParts;
  readonly #toAmqp: ReturnType<typeof amqpWriter> = amqpWriter();

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  send(entries: readonly TransportEntry[], { signal }: { readonly signal?: AbortSignal }): MaybePromise<readonly SendOutcome[]> {
    if (entries.length === 0) return [];
    const call = new SendCall(entries.length);
    const lanes = entries.length === 1 ? undefined : lanesOf(entries);
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as TransportEntry;
      if (entry.partitionKey === undefined || lanes === undefined) this.#sendOne({ entry, index, signal, taker: call });
    }
    if (lanes !== undefined) for (const lane of lanes) this.#sendLane(lane, 0, entries, signal, call);
    return signal === undefined ? call.result() : call.result(signal, () => this.#giveUp(call, lanes ?? [], signal));
  }

  /** Nobody waits any longer: what has not left does not leave any more, and of what is under way nobody knows. */
  #giveUp(call: SendCall, lanes: readonly (readonly number[])[], signal: AbortSignal): void {
    this.#parts.line.endAborted();
    for (const lane of lanes) {
      const behind = lane.filter((index) => call.isOpen(index)).slice(1);
      for (const index of behind) call.settle(index, LANE_BLOCKED);
    }
    call.settleRest({ status: 'unknown', cause: signal.reason });
  }

  /** Members of a lane leave one after another: what the broker has refused cannot be overtaken by the next. */
  #sendLane(
    lane: readonly number[],
    at: number,
    entries: readonly TransportEntry[],
    signal: AbortSignal | undefined,
    call: SendCall,
  ): void {
    const index = lane[at];
    if (index === undefined) return;
    const settle = (_index: number, outcome: SendOutcome): void => {
      call.settle(index, outcome);
      if (outcome.status === 'accepted') this.#sendLane(lane, at + 1, entries, signal, call);
      else for (const behind of lane.slice(at + 1)) call.settle(behind, LANE_BLOCKED);
    };
    this.#sendOne({ entry: entries[index] as TransportEntry, index, signal, taker: { settle } });
  }

  #sendOne(one: OneEntry): void {
    const { entry } = one;
    const refusal = this.#refusalOf(entry);
    if (refusal !== undefined) {
      one.taker.settle(one.index, refusal);
      return;
    }
    const delayMs = entry.notBefore === undefined ? 0 : entry.notBefore - this.#parts.runtime.now();
    const route = routeOf(entry, delayMs);
    const known = route.exchange === '' ? true : this.#parts.exchanges.has(route.exchange);
    if (known === true) this.#publish(one, route, delayMs > 0);
    else void this.#publishIfThere(known, one, route, delayMs > 0);
  }

  async #publishIfThere(asking: Promise<boolean>, one: OneEntry, route: AmqpRoute, isDelayed: boolean): Promise<void> {
    const { taker, index } = one;
    try {
      if (await asking) this.#publish(one, route, isDelayed);
      else taker.settle(index, isDelayed ? rejected('SEND_REJECTED', false, NO_LADDER) : rejected('UNROUTABLE', false));
    } catch (error) {
      taker.settle(index, rejected('SEND_REJECTED', true, error));
    }
  }

  #publish(one: OneEntry, route: AmqpRoute, isDelayed: boolean): void {
    const { runtime, line, isInbox, exchanges } = this.#parts;
    const { entry } = one;
    const nativeId = entry.headers.get(HEADERS.id) ?? runtime.id();
    // What waits in the ladder must not expire there: it would come early. Core looks at the expiry when it comes.
    const timeToLiveMs = entry.expiresAt === undefined || isDelayed ? undefined : Math.max(0, Math.ceil(entry.expiresAt - runtime.now()));
    const properties = this.#toAmqp(entry, {
      nativeId,
      timeToLiveMs,
      priority: entry.priority,
      replyTo: isInbox ? DIRECT_REPLY_TO : undefined,
    });
    line.publish(new EntryPublish(one, route, properties, nativeId, exchanges));
  }

  /** What can be known before anything leaves. */
  #refusalOf(entry: TransportEntry): SendOutcome | undefined {
    const { maxMessageBytes, maxHeaderBytes } = this.#parts.capabilities;
    if (entry.body.byteLength > maxMessageBytes) return rejected('MESSAGE_TOO_LARGE', false);
    const headers = MessageHeaders.readOnly(entry.headers);
    if (!headers.fitsInto(maxHeaderBytes)) return rejected('HEADERS_TOO_LARGE', false);
    const refused = headerNotAllowed(headers);
    if (refused !== undefined)
      return rejected('HEADER_NOT_ALLOWED', false, `AMQP does not carry a header of the name "${refused.slice(0, 100)}"`);
    return this.#unsupported(entry);
  }

  #unsupported({ notBefore, priority }: TransportEntry): SendOutcome | undefined {
    const { capabilities, runtime } = this.#parts;
    if (priority !== undefined && !capabilities.priority) return rejected('SEND_REJECTED', false, NO_PRIORITIES);
    const isTooLate = notBefore !== undefined && notBefore - runtime.now() > capabilities.delay.maxMs;
    return isTooLate ? rejected('SEND_REJECTED', false, `RabbitMQ delays by at most ${capabilities.delay.maxMs} ms`) : undefined;
  }
}

/** An entry of a call, and who is told what became of it. */
interface OneEntry {
  readonly entry: TransportEntry;
  readonly index: number;
  readonly signal: AbortSignal | undefined;
  readonly taker: OutcomeTaker;
}

/** An entry on its way to the broker. One object without closures: there is one for each message. */
class EntryPublish implements Publish {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly content: Buffer;
  readonly properties: OutgoingProperties;
  readonly signal: AbortSignal | undefined;
  readonly #taker: OutcomeTaker;
  readonly #index: number;
  readonly #nativeId: string;
  readonly #exchanges: KnownExchanges;

  constructor(
    { entry: { body }, index, signal, taker }: OneEntry,
    { exchange, routingKey, mandatory }: AmqpRoute,
    properties: OutgoingProperties,
    nativeId: string,
    exchanges: KnownExchanges,
  ) {
    this.exchange = exchange;
    this.routingKey = routingKey;
    this.mandatory = mandatory;
    this.content = Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.properties = properties;
    this.signal = signal;
    this.#taker = taker;
    this.#index = index;
    this.#nativeId = nativeId;
    this.#exchanges = exchanges;
  }

  ended(end: PublishEnd): void {
    if (end.is === 'blamed' && end.code === 'UNROUTABLE') this.#exchanges.forget(this.exchange);
    this.#taker.settle(this.#index, outcomeOf(end, this.#nativeId));
  }
}

function outcomeOf(end: PublishEnd, nativeId: string): SendOutcome {
  if (end.is === 'confirmed') return { status: 'accepted', nativeId };
  if (end.is === 'returned') return rejected('UNROUTABLE', false);
  if (end.is === 'refused') return rejected('SEND_REJECTED', true, NACKED);
  if (end.is === 'unsent')
    return end.cause instanceof RangeError ? rejected('HEADERS_TOO_LARGE', false, end.cause) : rejected('SEND_REJECTED', true, end.cause);
  if (end.is === 'lost') return { status: 'unknown', cause: end.cause };
  return rejected(end.code, false, end.cause);
}

const NACKED = 'the broker could not store it: the queue is full and rejects, or its leader has changed';
const NO_LADDER = 'the queues that delay messages are not there; start a bus with `provisioning: "apply"` once';
const NO_PRIORITIES = 'the queues have no priorities; give `rabbitmq({ queue: "classic", maxPriority })`';

const LANE_BLOCKED: SendOutcome = Object.freeze({ status: 'rejected', code: 'LANE_BLOCKED', retryable: true });

const rejected = (code: RejectionCode, retryable: boolean, cause?: unknown): SendOutcome =>
  cause === undefined ? { status: 'rejected', code, retryable } : { status: 'rejected', code, retryable, cause };

/** The places of entries with a partition key, by destination and key, in order; `undefined` where there are none. */
function lanesOf(entries: readonly TransportEntry[]): readonly (readonly number[])[] | undefined {
  let lanes: Map<string, number[]> | undefined;
  for (const [index, { destination, partitionKey }] of entries.entries()) {
    if (partitionKey === undefined) continue;
    lanes ??= new Map();
    const lane = `${destination.kind}:${destination.kind === 'reply' ? destination.address : destination.name} ${partitionKey}`;
    const members = lanes.get(lane);
    if (members === undefined) lanes.set(lane, [index]);
    else members.push(index);
  }
  return lanes === undefined ? undefined : Array.from(lanes.values());
}
