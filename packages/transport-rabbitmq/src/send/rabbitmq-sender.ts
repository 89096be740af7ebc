import type { MaybePromise, RejectionCode, Runtime, SendOutcome, TransportCapabilities, TransportEntry } from '@waybill/core/transport';
import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import { DIRECT_REPLY_TO } from '../native-headers.ts';
import type { AmqpRoute } from '../rabbitmq-client.ts';
import type { KnownExchanges } from './known-exchanges.ts';
import type { PublishEnd } from './publish-channel.ts';
import type { PublishLine } from './publish-line.ts';
import { routeOf } from './route.ts';
import { SendCall } from './send-call.ts';
import { headerNotAllowed, toAmqp } from './to-amqp.ts';

/** What a {@link RabbitmqSender} works with. */
export interface SenderParts {
  readonly runtime: Runtime;
  readonly capabilities: TransportCapabilities;
  readonly line: PublishLine;
  readonly exchanges: KnownExchanges;
  /** What is sent are requests of a reply inbox: replies come back to this channel. */
  readonly isInbox: boolean;
}

/** Told what became of one entry. */
type Ended = (outcome: SendOutcome) => void;

/** Sends entries: one outcome each, in order within a destination and partition key. */
export class RabbitmqSender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  send(entries: readonly TransportEntry[], { signal }: { readonly signal?: AbortSignal }): MaybePromise<readonly SendOutcome[]> {
    const call = new SendCall(entries.length);
    if (entries.length === 0) return [];
    const lanes = entries.length === 1 ? undefined : lanesOf(entries);
    for (const [index, entry] of entries.entries()) {
      if (entry.partitionKey === undefined || lanes === undefined) this.#sendOne(entry, signal, (outcome) => call.settle(index, outcome));
    }
    if (lanes !== undefined) for (const lane of lanes) this.#sendLane(lane, 0, entries, signal, call);
    return call.result();
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
    this.#sendOne(entries[index] as TransportEntry, signal, (outcome) => {
      call.settle(index, outcome);
      if (outcome.status === 'accepted') this.#sendLane(lane, at + 1, entries, signal, call);
      else for (const behind of lane.slice(at + 1)) call.settle(behind, { status: 'rejected', code: 'LANE_BLOCKED', retryable: true });
    });
  }

  #sendOne(entry: TransportEntry, signal: AbortSignal | undefined, ended: Ended): void {
    const refusal = this.#refusalOf(entry);
    if (refusal !== undefined) {
      ended(refusal);
      return;
    }
    const delayMs = entry.notBefore === undefined ? 0 : entry.notBefore - this.#parts.runtime.now();
    const route = routeOf(entry, delayMs);
    const known = route.exchange === '' ? true : this.#parts.exchanges.has(route.exchange);
    if (known === true) this.#publish(entry, route, delayMs > 0, signal, ended);
    else void this.#publishIfThere(known, entry, route, delayMs > 0, signal, ended);
  }

  async #publishIfThere(
    asking: Promise<boolean>,
    entry: TransportEntry,
    route: AmqpRoute,
    isDelayed: boolean,
    signal: AbortSignal | undefined,
    ended: Ended,
  ): Promise<void> {
    try {
      if (await asking) this.#publish(entry, route, isDelayed, signal, ended);
      else ended(isDelayed ? rejected('SEND_REJECTED', false, NO_LADDER) : rejected('UNROUTABLE', false));
    } catch (error) {
      ended(rejected('SEND_REJECTED', true, error));
    }
  }

  #publish(entry: TransportEntry, route: AmqpRoute, isDelayed: boolean, signal: AbortSignal | undefined, ended: Ended): void {
    const { runtime, line, isInbox } = this.#parts;
    const nativeId = entry.headers.get(HEADERS.id) ?? runtime.id();
    // What waits in the ladder must not expire there: it would come early. Core looks at the expiry when it comes.
    const timeToLiveMs = entry.expiresAt === undefined || isDelayed ? undefined : Math.max(0, Math.ceil(entry.expiresAt - runtime.now()));
    const { body } = entry;
    line.publish({
      ...route,
      content: Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      properties: toAmqp(entry, { nativeId, timeToLiveMs, priority: entry.priority, replyTo: isInbox ? DIRECT_REPLY_TO : undefined }),
      signal,
      ended: (end) => ended(this.#outcomeOf(end, nativeId, route)),
    });
  }

  #outcomeOf(end: PublishEnd, nativeId: string, { exchange }: AmqpRoute): SendOutcome {
    if (end.is === 'confirmed') return { status: 'accepted', nativeId };
    if (end.is === 'returned') return rejected('UNROUTABLE', false);
    if (end.is === 'refused') return rejected('SEND_REJECTED', true, NACKED);
    if (end.is === 'unsent')
      return end.cause instanceof RangeError ? rejected('HEADERS_TOO_LARGE', false, end.cause) : rejected('SEND_REJECTED', true, end.cause);
    if (end.is === 'lost') return { status: 'unknown', cause: end.cause };
    if (end.code === 'UNROUTABLE') this.#parts.exchanges.forget(exchange);
    return rejected(end.code, false, end.cause);
  }

  /** What can be known before anything leaves. */
  #refusalOf(entry: TransportEntry): SendOutcome | undefined {
    const { maxMessageBytes, maxHeaderBytes } = this.#parts.capabilities;
    if (entry.body.byteLength > maxMessageBytes) return rejected('MESSAGE_TOO_LARGE', false);
    const headers = entry.headers instanceof MessageHeaders ? entry.headers : MessageHeaders.copyOf(entry.headers);
    if (!headers.fitsInto(maxHeaderBytes)) return rejected('HEADERS_TOO_LARGE', false);
    const refused = headerNotAllowed(entry.headers);
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

const NACKED = 'the broker could not store it: the queue is full and rejects, or its leader has changed';
const NO_LADDER = 'the queues that delay messages are not there; start a bus with `provisioning: "apply"` once';
const NO_PRIORITIES = 'the queues have no priorities; give `rabbitmq({ queue: "classic", maxPriority })`';

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
