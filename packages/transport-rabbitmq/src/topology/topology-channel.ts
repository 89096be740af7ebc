import type { Runtime } from '@waybill/core/transport';

/** Options of a queue, as the client takes them. */
export interface DeclareQueueOptions {
  readonly durable: boolean;
  readonly autoDelete?: boolean;
  readonly exclusive?: boolean;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/** Options of an exchange, as the client takes them. */
export interface DeclareExchangeOptions {
  readonly durable: boolean;
  readonly autoDelete?: boolean;
  readonly internal?: boolean;
  readonly alternateExchange?: string;
  readonly arguments: Readonly<Record<string, string | number | boolean>>;
}

/** Arguments of a binding; no exchange of ours looks at them. They are a part of what the binding is: to remove it, they must be given again. */
export type BindingMark = Readonly<Record<string, string>>;

/** What declaring needs of a channel: a part of the `Channel` of amqplib. */
export interface TopologyChannel {
  /** A refusal comes as `error` and as a rejection; without a listener it would end the connection. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  assertQueue(queue: string, options: DeclareQueueOptions): Promise<unknown>;
  /** `messageCount` is of those that are ready. */
  checkQueue(queue: string): Promise<{ readonly messageCount: number; readonly consumerCount: number }>;
  deleteQueue(queue: string, options: { readonly ifUnused: boolean; readonly ifEmpty: boolean }): Promise<unknown>;
  bindQueue(queue: string, source: string, pattern: string, mark: BindingMark): Promise<unknown>;
  unbindQueue(queue: string, source: string, pattern: string, mark: BindingMark): Promise<unknown>;
  assertExchange(exchange: string, type: string, options: DeclareExchangeOptions): Promise<unknown>;
  checkExchange(exchange: string): Promise<unknown>;
  deleteExchange(exchange: string, options: { readonly ifUnused: boolean }): Promise<unknown>;
  bindExchange(destination: string, source: string, pattern: string, mark: BindingMark): Promise<unknown>;
  unbindExchange(destination: string, source: string, pattern: string, mark: BindingMark): Promise<unknown>;
  close(): Promise<unknown>;
}

/** What declaring needs of the connection. */
export interface TopologyConnection {
  /**
   * A channel of its own on a living connection: it may be closed by the broker for any refusal, and nothing else is on it.
   * Rejects with a coded error when there is no connection in time.
   */
  openChannel(): Promise<TopologyChannel>;
  /** The clock of the transport: no answer is waited for without end. */
  readonly runtime: Runtime;
}
