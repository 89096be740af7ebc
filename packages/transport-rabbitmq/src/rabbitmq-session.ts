import type {
  EndpointTopology,
  ITransportDelivery,
  OpenOptions,
  ReceiveOptions,
  Runtime,
  TopologyPlan,
  TransportCapabilities,
  TransportMessage,
  TransportState,
} from '@waybill/core/transport';
import { LOG_EVENTS, isBusError } from '@waybill/core/transport';
import { connectToCluster } from './connection/connect-to-cluster.ts';
import { ConnectionSupervisor } from './connection/connection-supervisor.ts';
import { togetherOf } from './connection/link-states.ts';
import { closeChannel, openChannel } from './connection/open-channel.ts';
import type { AmqpChannel, AmqpConnection } from './rabbitmq-client.ts';
import { notConnected } from './rabbitmq-errors.ts';
import type { ResolvedRabbitmqOptions } from './rabbitmq-options.ts';
import { copySender } from './receive/copies.ts';
import { RabbitmqReceiver } from './receive/rabbitmq-receiver.ts';
import { RabbitmqReplyInbox } from './replies/reply-inbox.ts';
import { KnownExchanges } from './send/known-exchanges.ts';
import { PublishLine } from './send/publish-line.ts';
import { RabbitmqSender } from './send/rabbitmq-sender.ts';
import { queuesOf } from './topology/plan-topology.ts';
import { slotWordOf } from './topology/routing-keys.ts';

/** How long whoever needs the connection waits for it, in milliseconds. */
const CONNECT_PATIENCE_MS = 10_000;

/** What a {@link RabbitmqSession} works with. */
export interface SessionParts {
  readonly options: ResolvedRabbitmqOptions;
  readonly capabilities: TransportCapabilities;
  /** Declares again what was declared before, on a connection that nobody else uses yet. */
  readonly restore: (connection: AmqpConnection, runtime: Runtime) => Promise<void>;
}

/**
 * The time from one open to its close: a connection for what is sent, one for what is received, and what hangs on them. The
 * second is made when the first endpoint receives, so that who only sends has one.
 */
export class RabbitmqSession {
  readonly runtime: Runtime;
  readonly sender: RabbitmqSender;
  readonly exchanges: KnownExchanges;
  readonly #parts: SessionParts;
  readonly #onState: (state: TransportState) => void;
  readonly #publish: ConnectionSupervisor;
  readonly #consume: ConnectionSupervisor;
  readonly #line: PublishLine;
  readonly #receivers = new Set<RabbitmqReceiver>();
  readonly #inboxes = new Set<RabbitmqReplyInbox>();
  #consumeOpening: Promise<void> | undefined;
  #told = '';
  #life: 'opening' | 'open' | 'closing' = 'opening';

  private constructor(parts: SessionParts, { runtime, onState }: OpenOptions) {
    this.#parts = parts;
    this.#onState = onState;
    this.runtime = runtime;
    this.exchanges = new KnownExchanges({ runtime, withChannel: (work) => this.withChannel(work) });
    this.#publish = this.#supervise('publishes', (connection) => this.#restorePublishing(connection));
    this.#consume = this.#supervise('receives', () => Promise.resolve()); // what its receivers miss they have declared again themselves
    this.#line = new PublishLine(this.#lineParts());
    this.sender = this.#senderOf(this.#line);
  }

  /** Connects. A failed open leaves nothing behind. */
  static async open(parts: SessionParts, options: OpenOptions): Promise<RabbitmqSession> {
    const session = new RabbitmqSession(parts, options);
    await session.#publish.open(options.signal);
    session.#life = 'open';
    session.#tell();
    return session;
  }

  /** A channel of its own on the connection for what is sent. */
  async openChannel(): Promise<AmqpChannel> {
    return openChannel(await this.#publish.whenConnected(CONNECT_PATIENCE_MS), this.runtime);
  }

  /** Does something on a channel of its own, which is closed after it. */
  async withChannel<T>(work: (channel: AmqpChannel) => Promise<T>): Promise<T> {
    const channel = await this.openChannel();
    try {
      return await work(channel);
    } finally {
      await closeChannel(channel, this.runtime);
    }
  }

  /** What is declared now is known to be there. */
  declared({ entities }: TopologyPlan): void {
    for (const { kind, name } of entities) if (kind === 'exchange') this.exchanges.add(name);
  }

  receive(
    endpoint: EndpointTopology,
    { prefetch, immutable, onFault = () => undefined }: ReceiveOptions,
    onDelivery: (delivery: ITransportDelivery) => void,
  ): RabbitmqReceiver {
    const { runtime } = this;
    const receiver = new RabbitmqReceiver(
      {
        runtime,
        endpoint: endpoint.name,
        queues: queuesOf(endpoint, this.#parts.options),
        laneOf: endpoint.ordered ? slotWordOf : () => undefined,
        copies: copySender({ runtime, endpoint, line: this.#line }),
        isShared: immutable === true,
        connect: (limitMs) => this.#connectReceiving(limitMs),
        restore: () => this.#restoreQuietly(),
        onFault,
      },
      prefetch,
      onDelivery,
    );
    this.#receivers.add(receiver);
    return receiver;
  }

  async replies(onReply: (message: TransportMessage) => void): Promise<RabbitmqReplyInbox> {
    const inbox = new RabbitmqReplyInbox({
      ...this.#lineParts(),
      onReply,
      senderOf: (line) => this.#senderOf(line, true),
      onClosed: (closed) => this.#inboxes.delete(closed),
    });
    await inbox.attach(await this.#publish.whenConnected(CONNECT_PATIENCE_MS));
    this.#inboxes.add(inbox);
    return inbox;
  }

  /** Writes what was settled, ends everything, and says goodbye to the broker. */
  async close(): Promise<void> {
    this.#life = 'closing';
    await Promise.all(Array.from(this.#receivers, (receiver) => receiver.abandon()));
    await Promise.all(Array.from(this.#inboxes, (inbox) => inbox.close()));
    this.#line.close();
    await Promise.all([this.#publish.close(), this.#consume.close()]);
    this.#onState({ status: 'closed' });
  }

  #supervise(purpose: string, onConnected: (connection: AmqpConnection) => Promise<void>): ConnectionSupervisor {
    const { runtime } = this;
    return new ConnectionSupervisor({
      runtime,
      purpose,
      connect: (attempt, signal) => connectToCluster(this.#parts.options, purpose, attempt, { runtime, signal }),
      onConnected,
      onState: () => this.#tell(),
    });
  }

  #lineParts(): ConstructorParameters<typeof PublishLine>[0] {
    return {
      runtime: this.runtime,
      window: this.#parts.options.confirmWindow,
      connection: () => this.#publish.connection,
      isBlocked: () => this.#publish.state.is === 'connected' && this.#publish.state.blocked !== undefined,
    };
  }

  #senderOf(line: PublishLine, isInbox = false): RabbitmqSender {
    const { runtime, exchanges } = this;
    return new RabbitmqSender({ runtime, line, exchanges, capabilities: this.#parts.capabilities, isInbox });
  }

  async #restorePublishing(connection: AmqpConnection): Promise<void> {
    if (this.#life === 'open') await this.#restoreTopology(connection);
    await this.#line.attach(connection);
    for (const inbox of this.#inboxes) await inbox.attach(connection);
    if (this.#line.channel === undefined) throw notConnected('the channel for what is sent ended while it was prepared'); // nobody would open another one
  }

  async #connectReceiving(limitMs: number): Promise<AmqpConnection> {
    if (this.#consumeOpening === undefined && this.#consume.state.is === 'closed') {
      const opening = this.#consume.open();
      this.#consumeOpening = opening;
      opening.catch(() => (this.#consumeOpening = undefined));
    }
    await this.#consumeOpening;
    return this.#consume.whenConnected(limitMs);
  }

  async #restoreTopology(connection: AmqpConnection): Promise<void> {
    try {
      await this.#parts.restore(connection, this.runtime);
    } catch (error) {
      if (!isBusError(error) || error.radius === 'connection') throw error;
      this.runtime.logger.warn({ event: LOG_EVENTS.transportState, error }, 'what was declared before could not be declared again');
    }
  }

  async #restoreQuietly(): Promise<void> {
    try {
      await this.#restoreTopology(await this.#publish.whenConnected(CONNECT_PATIENCE_MS));
    } catch {
      // it is tried again with the receiver that asked for it
    }
  }

  /** Tells of the connections as of one, and of each change once. */
  #tell(): void {
    if (this.#life !== 'open') return;
    this.#sendWaiting();
    const state = togetherOf(this.#publish.state, this.#consume.state);
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#onState(state);
    if (state.status === 'connected') this.#resume();
  }

  /** What may leave by the connection for what is sent leaves, however the other one is. */
  #sendWaiting(): void {
    this.#line.unblocked();
    for (const inbox of this.#inboxes) inbox.unblocked();
  }

  #resume(): void {
    for (const receiver of this.#receivers) receiver.reconnected();
  }
}
