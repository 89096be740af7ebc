import type { AckOptions, DeadLetterOptions, EndpointTopology, RedeliverOptions, Runtime, TransportEntry } from '@waybill/core/transport';
import { ConnectionError, HEADERS, MessageError } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import type { Place } from '../broker/place.ts';
import type { StoredMessage } from '../broker/stored-message.ts';
import { overlay } from '../broker/stored-message.ts';
import type { MemorySender } from '../send/memory-sender.ts';

/** What settling at one endpoint works with. */
export interface SettlingParts {
  readonly broker: BrokerState;
  readonly place: Place;
  readonly endpoint: EndpointTopology;
  readonly sender: MemorySender;
  readonly runtime: Runtime;
}

/** The four verbs at one endpoint; each takes effect as a whole, or throws and takes none. */
export class Settling {
  readonly #parts: SettlingParts;

  constructor(parts: SettlingParts) {
    this.#parts = parts;
  }

  attemptOf({ attempts }: StoredMessage): number | undefined {
    const { kind } = this.#parts.broker.nature.capabilities.attempts;
    return kind === 'count' ? attempts : undefined;
  }

  ack(stored: StoredMessage, options: AckOptions | undefined): void {
    this.#failIfAsked();
    if (options?.sends !== undefined) this.#sendAll(options.sends);
    this.#parts.place.remove(stored);
  }

  /** @throws MessageError with the code of the first that is refused; then none is sent */
  #sendAll(sends: readonly TransportEntry[]): void {
    const { sender, runtime } = this.#parts;
    for (const entry of sends) {
      const refusal = sender.refusalOf(entry, runtime);
      if (refusal === undefined) continue;
      throw new MessageError(
        refusal.code,
        `"${entry.headers.get(HEADERS.name)}" was not accepted by ${placeOf(entry)}, so the message that caused it was not settled: ${refusal.code}${refusal.cause === undefined ? '' : `, ${refusal.cause}`}.`,
      );
    }
    sender.send(sends, runtime);
  }

  release(stored: StoredMessage): void {
    this.#failIfAsked();
    if (!this.#parts.broker.nature.capabilities.attempts.countsReleases) stored.attempts -= 1;
    this.#parts.place.giveBack(stored);
  }

  redeliver(stored: StoredMessage, options: RedeliverOptions): void {
    this.#failIfAsked();
    const { broker, place, runtime } = this.#parts;
    this.#assertDelay(options.delayMs);
    const headers = overlay(stored.headers, options.headers);
    const notBefore = runtime.now() + options.delayMs;
    if (broker.nature.capabilities.redeliver === 'in-place') {
      stored.headers = headers;
      stored.postponeTo(broker.dueTime(notBefore));
      place.postpone(stored);
      return;
    }
    const { partitionKey, priority, expiresAt } = stored;
    const destination = { kind: 'endpoint', name: place.name } as const;
    const { body } = stored;
    broker.store(place, { destination, headers, body, immutable: true, partitionKey, priority, expiresAt, notBefore }, runtime);
    place.remove(stored);
  }

  deadLetter(stored: StoredMessage, options: DeadLetterOptions): void {
    this.#failIfAsked();
    this.#parts.broker.bury(this.#parts.place, stored, options.headers);
    this.#parts.place.remove(stored);
  }

  #assertDelay(delayMs: number): void {
    const { broker, endpoint } = this.#parts;
    const { delay, redeliver, lock } = broker.nature.capabilities;
    const longest = redeliver === 'in-place' ? (lock?.maxMs ?? Number.POSITIVE_INFINITY) : delay.maxMs;
    const isListed = delay.steps === 'any' || endpoint.redeliveryDelaysMs.includes(delayMs);
    if (delayMs <= longest && isListed) return;
    throw new MessageError(
      'CAPABILITY_NOT_SUPPORTED',
      `A redelivery after ${delayMs} ms was asked for at "${endpoint.name}". ${isListed ? `This broker delays by at most ${longest} ms.` : 'This broker knows only the delays of the recovery policy; list it there.'}`,
      { details: { endpoint: endpoint.name, delayMs } },
    );
  }

  #failIfAsked(): void {
    if (!this.#parts.broker.faults.strike('failSettlement')) return;
    throw new ConnectionError('TRANSPORT_NOT_OPEN', 'The settlement failed, because a fault was asked for. Settle again.');
  }
}

function placeOf({ destination }: TransportEntry): string {
  return destination.kind === 'reply' ? 'the reply address' : `the ${destination.kind} "${destination.name}"`;
}
