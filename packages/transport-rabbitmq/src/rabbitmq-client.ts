import { IllegalOperationError, connect, credentials as saslOf } from 'amqplib';
import type { TopologyChannel } from './topology/topology-channel.ts';

/** What the broker tells of one arrival. */
export interface AmqpFields {
  readonly deliveryTag: number;
  readonly redelivered: boolean;
  readonly routingKey: string;
  readonly exchange: string;
}

/** The properties of a message, as the client gives and takes them. */
export interface AmqpProperties {
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly expiration?: string | undefined;
  readonly messageId?: string | undefined;
  readonly timestamp?: number | undefined;
  readonly type?: string | undefined;
  readonly appId?: string | undefined;
}

/** A message that has arrived. */
export interface AmqpMessage {
  readonly content: Buffer;
  readonly fields: AmqpFields;
  readonly properties: AmqpProperties;
}

/** A message that the broker gave back to its sender, because nothing takes it. */
export interface AmqpReturn {
  readonly fields: { readonly exchange: string; readonly routingKey: string };
  readonly properties: AmqpProperties;
}

/** What the broker says of messages that were sent: all up to the tag, or the one. */
export interface AmqpConfirm {
  readonly deliveryTag: number;
  readonly multiple: boolean;
}

/** The events of a channel. */
interface ChannelEvents {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'handler-error', listener: (error: Error) => void): unknown;
  /** Comes before the client itself counts them: what is thrown there, it does not hear of. */
  prependListener(event: 'ack' | 'nack', listener: (confirm: AmqpConfirm) => void): unknown;
  on(event: 'return', listener: (returned: AmqpReturn) => void): unknown;
}

/** Where a message is published to. */
export interface AmqpRoute {
  /** `''` is the default exchange, which knows every queue by its name. */
  readonly exchange: string;
  readonly routingKey: string;
  /** Given back when nothing takes it: an error of the sender. */
  readonly mandatory: boolean;
}

/** What we use of a channel. */
export interface AmqpChannel extends ChannelEvents, Omit<TopologyChannel, 'on'> {
  publish(exchange: string, routingKey: string, content: Buffer, options: AmqpProperties & { readonly mandatory?: boolean }): boolean;
  prefetch(count: number): Promise<unknown>;
  consume(
    queue: string,
    onMessage: (message: AmqpMessage | null) => void,
    options: { readonly noAck?: boolean; readonly consumerTag?: string },
  ): Promise<{ readonly consumerTag: string }>;
  cancel(consumerTag: string): Promise<unknown>;
  get(queue: string, options: { readonly noAck: boolean }): Promise<AmqpMessage | false>;
  ack(message: Settled, allUpTo: boolean): void;
  nack(message: Settled, allUpTo: boolean, requeue: boolean): void;
  close(): Promise<void>;
}

/** The part of a message that settling it needs. */
export interface Settled {
  readonly fields: { readonly deliveryTag: number };
}

/** What we use of a connection. */
export interface AmqpConnection {
  on(event: 'error' | 'close', listener: (error?: Error) => void): unknown;
  on(event: 'blocked', listener: (reason: string) => void): unknown;
  on(event: 'unblocked', listener: () => void): unknown;
  createChannel(): Promise<AmqpChannel>;
  createConfirmChannel(): Promise<AmqpChannel>;
  close(): Promise<void>;
  /** The broker takes no messages: it has said so while it was connected to, before anybody could listen. */
  readonly isBlocked: boolean;
  /** Ends the socket, whatever it was doing, and all that hangs on it. */
  destroy(): void;
}

/** Where and how to connect. */
export interface AmqpTarget {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly vhost: string;
  readonly username: string;
  readonly password: string;
  /** Let the certificate say who we are (SASL EXTERNAL). */
  readonly external: boolean;
  readonly heartbeatSeconds: number;
  readonly timeoutMs: number;
  readonly connectionName: string;
  readonly tls: Readonly<Record<string, unknown>>;
}

/** Connects and opens the virtual host. The signal destroys the socket, during the handshake too. Rejects with the client's own errors. */
export async function connectAmqp(target: AmqpTarget, signal: AbortSignal): Promise<AmqpConnection> {
  const { protocol, hostname, port, vhost, username, password } = target;
  const socketOptions = {
    ...target.tls,
    timeout: target.timeoutMs,
    noDelay: true,
    keepAlive: true,
    signal, // the client hands it on to `net.connect`
    credentials: target.external ? saslOf.external() : saslOf.plain(username, password),
    clientProperties: { connection_name: target.connectionName },
  };
  const where = { protocol, hostname, port, vhost: encodeURIComponent(vhost), heartbeat: target.heartbeatSeconds };
  const model = await connect(where, socketOptions);
  const { connection } = model as unknown as { readonly connection: InnerConnection };
  // what ended it came right behind the last word of the handshake: the client has told nobody, and never will
  if (connection.stream.writableEnded) throw new Error('Socket closed abruptly: the broker ended the connection as soon as it was open');
  return Object.assign(model as unknown as Omit<AmqpConnection, 'isBlocked' | 'destroy'>, {
    isBlocked: connection.blocked,
    destroy: (): void => void connection.stream.destroy(new Error('the connection was given up')), // without an error the heartbeats go on
  });
}

/** What the client does not offer: it leaves a socket open that it has given up, and that keeps the process alive. */
interface InnerConnection {
  readonly blocked: boolean;
  readonly stream: {
    readonly writableEnded: boolean;
    destroy(error: Error): unknown;
  };
}

/** True for what the client throws when it has closed a channel or a connection, or is about to. */
export const isClosedByClient = (error: unknown): boolean => error instanceof IllegalOperationError;
