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
  SendCallOptions,
  SendOutcome,
  TransportCapabilities,
  TransportEntry,
  TransportMessage,
} from '@waybill/core/transport';
import { ConnectionError } from '@waybill/core/transport';
import { RabbitmqDeadLetters } from './dead-letters/rabbitmq-dead-letters.ts';
import { Declarations } from './declarations.ts';
import type { AmqpChannel } from './rabbitmq-client.ts';
import { rabbitmqCapabilities } from './rabbitmq-capabilities.ts';
import type { RabbitmqOptions, ResolvedRabbitmqOptions } from './rabbitmq-options.ts';
import { resolveRabbitmqOptions } from './rabbitmq-options.ts';
import { RabbitmqSession } from './rabbitmq-session.ts';
import { isReplyAddress } from './replies/reply-inbox.ts';
import type { RabbitmqEndpoint, RabbitmqEndpointOptions } from './topology/endpoint-options.ts';
import { rabbitmqEndpoint } from './topology/endpoint-options.ts';
import { optionsOf } from './topology/plan-topology.ts';

/** Makes the RabbitMQ transport, and the options of endpoints on it. */
export interface RabbitmqFactory {
  (options?: RabbitmqOptions): IMessageTransport<'rabbitmq'>;
  /**
   * Options of one endpoint on RabbitMQ.
   *
   * ```ts no-check
   * endpoint('orders', { handlers, transport: rabbitmq.endpoint({ queue: 'classic', maxPriority: 5 }) });
   * ```
   * @throws ConfigurationError `OPTION_INVALID`
   */
  readonly endpoint: (options: RabbitmqEndpointOptions) => RabbitmqEndpoint;
}

/**
 * The RabbitMQ transport, over amqplib: durable, confirmed, with its own reconnecting. One connection for what is sent, one
 * for what is received, the latter made when the first endpoint receives.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export const rabbitmq: RabbitmqFactory = Object.freeze(
  Object.assign((options: RabbitmqOptions = {}) => new RabbitmqTransport(resolveRabbitmqOptions(options)), { endpoint: rabbitmqEndpoint }),
);

class RabbitmqTransport implements IMessageTransport<'rabbitmq'> {
  readonly name = 'rabbitmq';
  readonly capabilities: TransportCapabilities;
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly #options: ResolvedRabbitmqOptions;
  readonly #declarations: Declarations;
  #session: RabbitmqSession | undefined;

  constructor(options: ResolvedRabbitmqOptions) {
    this.#options = options;
    this.capabilities = rabbitmqCapabilities(options);
    this.#declarations = new Declarations(options, () => this.#open);
    this.topology = this.#declarations;
    const withChannel = <T>(work: (channel: AmqpChannel) => Promise<T>): Promise<T> => this.#open.withChannel(work);
    const runtime = (): Runtime => this.#open.runtime;
    this.deadLetters = new RabbitmqDeadLetters({ runtime, withChannel });
  }

  capabilitiesOf(endpoint: EndpointTopology): TransportCapabilities {
    const { queue, maxPriority } = optionsOf(endpoint, this.#options);
    return rabbitmqCapabilities({ queue, maxPriority, maxMessageBytes: this.#options.maxMessageBytes });
  }

  async open(options: OpenOptions): Promise<void> {
    this.#session = await RabbitmqSession.open(
      {
        options: this.#options,
        capabilities: this.capabilities,
        restore: (connection, runtime) => this.#declarations.restore(connection, runtime),
      },
      options,
    );
  }

  async close(): Promise<void> {
    const session = this.#session;
    if (session === undefined) return;
    await this.#declarations.removeTemporary();
    this.#session = undefined;
    await session.close();
  }

  send(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<readonly SendOutcome[]> {
    return this.#open.sender.send(entries, options);
  }

  /** What waits in a queue cannot be taken out of it. */
  cancel(): Promise<boolean> {
    return Promise.resolve(false);
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    return this.#open.receive(endpoint, options, onDelivery);
  }

  replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    return this.#open.replies(onReply);
  }

  isReplyAddress(address: string): boolean {
    return isReplyAddress(address);
  }

  get #open(): RabbitmqSession {
    if (this.#session !== undefined) return this.#session;
    throw new ConnectionError('TRANSPORT_NOT_OPEN', 'The RabbitMQ transport is not open. Open it first.');
  }
}
