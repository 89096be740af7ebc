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
import { ConnectionError } from '@waybill/core/transport';
import { memoryCapabilities } from './memory-capabilities.ts';
import { memoryDeadLetters } from './memory-dead-letters.ts';
import type { MemoryOptions, ResolvedMemoryOptions } from './memory-options.ts';
import { resolveMemoryOptions } from './memory-options.ts';
import { MemoryReceiver } from './receive/memory-receiver.ts';
import { MemorySender } from './send/memory-sender.ts';
import { memoryTopology } from './topology/memory-topology.ts';

/** Above this many waiting messages a send lets the event loop turn, so that receivers get their time. */
const HIGH_WATER_MARK = 1_024;

/**
 * The in-memory transport: not durable, one process. Headers and bodies are copied at the border, limits are those of the
 * smallest real broker, so that what works here works there.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function memory(options: MemoryOptions = {}): IMessageTransport {
  return new MemoryTransport(resolveMemoryOptions(options));
}

class MemoryTransport implements IMessageTransport {
  readonly name = 'memory';
  readonly capabilities: TransportCapabilities;
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly #options: ResolvedMemoryOptions;
  readonly #sender: MemorySender;
  readonly #receivers = new Set<MemoryReceiver>();
  #open: OpenOptions | undefined;

  constructor(options: ResolvedMemoryOptions) {
    this.#options = options;
    this.#sender = new MemorySender(options);
    this.capabilities = memoryCapabilities(options);
    this.topology = memoryTopology(options.broker);
    this.deadLetters = memoryDeadLetters(options.broker);
  }

  capabilitiesOf(_endpoint: EndpointTopology): TransportCapabilities {
    return this.capabilities;
  }

  open(options: OpenOptions): Promise<void> {
    this.#open = options;
    options.onState({ status: 'connected' });
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const receiver of this.#receivers) receiver.abandon();
    this.#receivers.clear();
    this.#open?.onState({ status: 'closed' });
    this.#open = undefined;
    return Promise.resolve();
  }

  send(entries: readonly TransportEntry[]): MaybePromise<readonly SendOutcome[]> {
    const runtime = this.#runtime();
    const outcomes = this.#sender.send(entries, runtime.now());
    return entries.some((entry) => this.#isCrowded(entry)) ? runtime.yield().then(() => outcomes) : outcomes;
  }

  cancel(token: string): Promise<boolean> {
    for (const place of this.#options.broker.places.values()) if (place.delayed.delete(token)) return Promise.resolve(true);
    return Promise.resolve(false);
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    const { broker } = this.#options;
    const place = broker.declare(endpoint.name, endpoint.ordered);
    const receiver = new MemoryReceiver({ broker, place, sender: this.#sender, runtime: this.#runtime(), onDelivery }, options.prefetch);
    this.#receivers.add(receiver);
    return receiver;
  }

  replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    const { broker } = this.#options;
    const address = `memory-reply:${broker.nextId()}`;
    broker.replies.set(address, onReply);
    return Promise.resolve({
      address,
      send: (entries: readonly TransportEntry[]) => this.send(entries),
      close: () => {
        broker.replies.delete(address);
        return Promise.resolve();
      },
    });
  }

  #isCrowded({ destination }: TransportEntry): boolean {
    const place = destination.kind === 'endpoint' ? this.#options.broker.places.get(destination.name) : undefined;
    return place !== undefined && place.waiting.size > HIGH_WATER_MARK && place.listeners.size > 0;
  }

  #runtime(): Runtime {
    if (this.#open !== undefined) return this.#open.runtime;
    throw new ConnectionError('TRANSPORT_NOT_OPEN', 'The memory transport is not open. Open it first.');
  }
}
