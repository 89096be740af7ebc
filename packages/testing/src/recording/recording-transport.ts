import type {
  AckOptions,
  DeadLetterOptions,
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
  RedeliverOptions,
  SendCallOptions,
  SendOutcome,
  SettleResult,
  TransportCapabilities,
  TransportEntry,
  TransportMessage,
} from '@waybill/core/transport';
import { isPromise } from '@waybill/core/transport';

/** What a {@link RecordingTransport} tells and asks. */
export interface TransportWatch {
  /** True for entries that must not leave; they count as accepted. */
  drops(entries: readonly TransportEntry[]): boolean;
  /** Runs what the broker does on its own behalf, not on that of a handler. */
  outside<T>(work: () => T): T;
  /** Before entries go to the broker; what it returns is waited for. */
  beforeSend(entries: readonly TransportEntry[]): Promise<void> | undefined;
  /** The broker has answered; may change the answers that the bus gets to see. */
  afterSend(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[]): readonly SendOutcome[];
  /** A handled message is about to be acknowledged. */
  beforeAck(message: TransportMessage): void;
}

/** A transport that tells what goes through it. */
export class RecordingTransport implements IMessageTransport {
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly #inner: IMessageTransport;
  readonly #watch: TransportWatch;

  constructor(inner: IMessageTransport, watch: TransportWatch) {
    this.name = inner.name;
    this.capabilities = inner.capabilities;
    this.topology = inner.topology;
    this.deadLetters = inner.deadLetters;
    this.#inner = inner;
    this.#watch = watch;
  }

  capabilitiesOf(endpoint: EndpointTopology): TransportCapabilities {
    return this.#inner.capabilitiesOf(endpoint);
  }
  open(options: OpenOptions): Promise<void> {
    return this.#inner.open(options);
  }
  close(options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.#inner.close(options);
  }
  cancel(token: string): Promise<boolean> {
    return this.#inner.cancel(token);
  }
  isReplyAddress(address: string): boolean {
    return this.#inner.isReplyAddress(address);
  }

  send(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<readonly SendOutcome[]> {
    return this.#through(entries, () => this.#inner.send(entries, options));
  }

  async replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    const inbox = await this.#inner.replies(onReply);
    return {
      address: inbox.address,
      send: (entries, options) => this.#through(entries, () => inbox.send(entries, options)),
      close: () => inbox.close(),
    };
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    return this.#inner.receive(endpoint, options, (delivery) => onDelivery(new WatchedDelivery(delivery, this.#watch)));
  }

  #through(entries: readonly TransportEntry[], send: () => MaybePromise<readonly SendOutcome[]>): MaybePromise<readonly SendOutcome[]> {
    if (this.#watch.drops(entries)) return entries.map(accepted);
    const sendOutside = (): MaybePromise<readonly SendOutcome[]> => this.#watch.outside(send);
    const before = this.#watch.beforeSend(entries);
    const outcomes = before === undefined ? sendOutside() : before.then(sendOutside);
    return isPromise(outcomes)
      ? outcomes.then((settled) => this.#watch.afterSend(entries, settled))
      : this.#watch.afterSend(entries, outcomes);
  }
}

class WatchedDelivery implements ITransportDelivery {
  readonly #inner: ITransportDelivery;
  readonly #watch: TransportWatch;

  constructor(inner: ITransportDelivery, watch: TransportWatch) {
    this.#inner = inner;
    this.#watch = watch;
  }

  get message(): TransportMessage {
    return this.#inner.message;
  }
  get nativeId(): string {
    return this.#inner.nativeId;
  }
  get attempt(): number | undefined {
    return this.#inner.attempt;
  }
  get lane(): string | undefined {
    return this.#inner.lane;
  }
  get lost(): AbortSignal {
    return this.#inner.lost;
  }
  get isLost(): boolean {
    return this.#inner.isLost;
  }

  ack(options?: AckOptions): MaybePromise<SettleResult> {
    this.#watch.beforeAck(this.message);
    const sends = options?.sends ?? [];
    if (this.#watch.drops(sends)) return this.#inner.ack();
    const before = this.#watch.beforeSend(sends);
    const ack = (): MaybePromise<SettleResult> => this.#watch.outside(() => this.#inner.ack(options));
    const result = before === undefined ? ack() : before.then(ack);
    return isPromise(result) ? result.then((settled) => this.#sent(sends, settled)) : this.#sent(sends, result);
  }
  release(): MaybePromise<SettleResult> {
    return this.#inner.release();
  }
  redeliver(options: RedeliverOptions): MaybePromise<SettleResult> {
    return this.#inner.redeliver(options);
  }
  deadLetter(options: DeadLetterOptions): MaybePromise<SettleResult> {
    return this.#inner.deadLetter(options);
  }

  #sent(sends: readonly TransportEntry[], result: SettleResult): SettleResult {
    if (result === 'settled' && sends.length > 0) this.#watch.afterSend(sends, sends.map(accepted));
    return result;
  }
}

const accepted = (): SendOutcome => ({ status: 'accepted', nativeId: '' });
