import type {
  EndpointTopology,
  IMessageTransport,
  IReceiver,
  IReplyInbox,
  ITransportDeadLetters,
  ITransportDelivery,
  ITransportTopology,
  MaybePromise,
  OpenOptions,
  ReceiveOptions,
  Runtime,
  SendOutcome,
  TransportCapabilities,
  TransportEntry,
  TransportMessage,
} from '@waybill/core/transport';
import { ConfigurationError, ConnectionError, assertOptions } from '@waybill/core/transport';
import type { BrokerState, Connection } from './broker/broker-state.ts';
import { memoryDeadLetters } from './dead-letters/memory-dead-letters.ts';
import type { MemoryBroker, MemoryBrokerOptions } from './memory-broker.ts';
import { MEMORY_BROKER_OPTIONS, memoryBroker, stateOf } from './memory-broker.ts';
import { MemoryReceiver } from './receive/memory-receiver.ts';
import { warnOfWaiting } from './receive/warn-of-waiting.ts';
import { MemorySender } from './send/memory-sender.ts';
import { memoryTopology } from './topology/memory-topology.ts';

const REPLY_PREFIX = 'memory-reply:';
const REPLY_ADDRESS = new RegExp(`^${REPLY_PREFIX}\\d{1,16}$`);

/** Options of {@link memory}: `broker`, to share one between the buses of a process; or what its own broker is like, as below. */
export type MemoryOptions = (MemoryBrokerOptions & { readonly broker?: never }) | { readonly broker: MemoryBroker };

/**
 * The in-memory transport: not durable, one process. Headers and bodies are copied at the border, but for those that sender and
 * receiver promise not to change (a bus does); limits are those of the
 * smallest real broker, so that what works here works there. With `like` it can do what that broker can, and refuses the rest.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function memory(options: MemoryOptions = {}): IMessageTransport<'memory'> {
  assertOptions('`memory`', options, [...MEMORY_BROKER_OPTIONS, 'broker']);
  const { broker, ...own } = options;
  if (broker !== undefined && Object.keys(own).length > 0) {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `\`memory\` was given a \`broker\` and ${Object.keys(own).join(', ')}. Give what the broker is like to \`memoryBroker\`.`,
      { details: { option: 'broker' } },
    );
  }
  return new MemoryTransport(stateOf(broker ?? memoryBroker(own)));
}

class MemoryTransport implements IMessageTransport<'memory'>, Connection {
  readonly name = 'memory';
  readonly capabilities: TransportCapabilities;
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly #broker: BrokerState;
  readonly #sender: MemorySender;
  readonly #receivers = new Set<MemoryReceiver>();
  readonly #inboxes = new Set<string>();
  /** Endpoints that go with this transport. */
  readonly #temporary = new Set<string>();
  /** Sends that wait for a confirm which will not come. */
  readonly #unconfirmed = new Set<() => void>();
  #open: OpenOptions | undefined;

  constructor(broker: BrokerState) {
    this.#broker = broker;
    this.#sender = new MemorySender(broker);
    this.capabilities = broker.nature.capabilities;
    this.topology = memoryTopology(broker, this.#temporary);
    this.deadLetters = memoryDeadLetters(broker);
  }

  capabilitiesOf(_endpoint: EndpointTopology): TransportCapabilities {
    return this.capabilities;
  }

  async open(options: OpenOptions): Promise<void> {
    if (this.#broker.faults.strike('failOpen'))
      throw new ConnectionError('TRANSPORT_OPEN_FAILED', 'The memory broker refused, because a fault was asked for. Open it again.');
    this.#open = options;
    this.#broker.connections.add(this);
    options.onState({ status: 'connected' });
  }

  async close(): Promise<void> {
    for (const receiver of this.#receivers) receiver.abandon();
    const places = new Set(Array.from(this.#receivers, ({ place }) => place));
    this.#receivers.clear();
    for (const name of this.#temporary) this.#broker.remove(name);
    this.#temporary.clear();
    for (const address of this.#inboxes) this.#broker.replies.delete(address);
    this.#inboxes.clear();
    this.#giveUpConfirms();
    this.#broker.connections.delete(this);
    if (this.#open !== undefined && !this.capabilities.durable) warnOfWaiting(places, this.#broker, this.#open.runtime.logger);
    this.#open?.onState({ status: 'closed' });
    this.#open = undefined;
  }

  send(entries: readonly TransportEntry[]): MaybePromise<readonly SendOutcome[]> {
    const runtime = this.#runtime();
    const outcomes = this.#sender.send(entries, runtime);
    if (this.#broker.faults.strike('dropConfirm')) return this.#withoutConfirm(entries.length);
    if (this.#broker.faults.holds) return this.#withHeldConfirm(outcomes);
    return this.#sender.hasCrowded() ? this.#afterATurn(outcomes, runtime) : outcomes;
  }

  async #afterATurn(outcomes: readonly SendOutcome[], runtime: Runtime): Promise<readonly SendOutcome[]> {
    await runtime.yield();
    return outcomes;
  }

  cancel(token: string): Promise<boolean> {
    const places = Array.from(this.#broker.places.values());
    const cancelled = token.split(' ').filter((id) => places.some((place) => place.cancel(id)));
    return Promise.resolve(this.capabilities.delay.cancel && cancelled.length > 0);
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    const place = this.#broker.places.get(endpoint.name);
    if (place === undefined)
      throw new ConfigurationError(
        'TOPOLOGY_DIFFERS',
        `The endpoint "${endpoint.name}" is not at the memory broker. Apply its topology first.`,
        { details: { endpoint: endpoint.name } },
      );
    const parts = { broker: this.#broker, place, endpoint, sender: this.#sender, runtime: this.#runtime() };
    const receiver = new MemoryReceiver(parts, options, onDelivery);
    this.#receivers.add(receiver);
    return receiver;
  }

  replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    const address = `${REPLY_PREFIX}${this.#broker.nextId()}`;
    this.#broker.replies.set(address, onReply);
    this.#inboxes.add(address);
    return Promise.resolve({
      address,
      send: (entries: readonly TransportEntry[]) => this.send(entries),
      close: async () => {
        this.#broker.replies.delete(address);
        this.#inboxes.delete(address);
      },
    });
  }

  isReplyAddress(address: string): boolean {
    return REPLY_ADDRESS.test(address);
  }

  cut(reason: string): number {
    this.#open?.onState({ status: 'reconnecting', reason });
    this.loseDeliveries(undefined, reason);
    this.#giveUpConfirms();
    this.#open?.onState({ status: 'connected' });
    return 1;
  }

  loseDeliveries(endpoint: string | undefined, reason: string): number {
    let lost = 0;
    for (const receiver of this.#receivers) lost += receiver.lose(reason, endpoint);
    return lost;
  }

  #withoutConfirm(count: number): Promise<readonly SendOutcome[]> {
    return new Promise((resolve) => {
      this.#unconfirmed.add(() => resolve(Array.from({ length: count }, () => ({ status: 'unknown', cause: 'the confirm was lost' }))));
    });
  }

  #withHeldConfirm(outcomes: readonly SendOutcome[]): Promise<readonly SendOutcome[]> {
    return Promise.race([this.#broker.faults.whenReleased().then(() => outcomes), this.#withoutConfirm(outcomes.length)]);
  }

  #giveUpConfirms(): void {
    for (const giveUp of this.#unconfirmed) giveUp();
    this.#unconfirmed.clear();
  }

  #runtime(): Runtime {
    if (this.#open !== undefined) return this.#open.runtime;
    throw new ConnectionError('TRANSPORT_NOT_OPEN', 'The memory transport is not open. Open it first.');
  }
}
