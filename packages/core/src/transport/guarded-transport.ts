import { ConnectionError } from '../errors/bus-error.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ITransportDeadLetters } from './dead-letters.ts';
import type { ITransportDelivery, SettleResult } from './delivery.ts';
import type { IMessageTransport, ITransportTopology, OpenOptions, ReceiveOptions, SendCallOptions } from './message-transport.ts';
import type { IReceiver } from './receiver.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import { SettleOnceDelivery } from './settle-once.ts';
import type { EndpointTopology } from './topology.ts';
import type { TransportCapabilities } from './transport-capabilities.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from './transport-message.ts';

/** Options of {@link guardTransport}. */
export interface GuardOptions {
  /** After this long, whatever has no outcome ends as `unknown`. Milliseconds. */
  readonly publishTimeoutMs: number;
}

/** Numbers that the guard counts. */
export interface GuardCounters {
  /** Settlements that came after the right to settle was lost. */
  settleLost: number;
}

/**
 * Puts around any transport what every transport must give: opens once and closes once, a failed open can be tried again,
 * nothing works before open or after close, every send has an outcome in time, every delivery is settled exactly once.
 */
export function guardTransport(transport: IMessageTransport, options: GuardOptions): GuardedTransport {
  return new GuardedTransport(transport, options);
}

/** closed ─open→ opening ─ok→ open ─close→ closing → closed; opening ─failed→ closed. */
type GuardState =
  | { readonly is: 'closed' }
  | { readonly is: 'opening'; readonly done: Promise<void> }
  | { readonly is: 'open'; readonly runtime: Runtime }
  | { readonly is: 'closing'; readonly done: Promise<void> };

/** A transport behind its guard; see {@link guardTransport}. */
export class GuardedTransport implements IMessageTransport {
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly counters: GuardCounters = { settleLost: 0 };
  readonly #inner: IMessageTransport;
  readonly #options: GuardOptions;
  #state: GuardState = { is: 'closed' };

  constructor(inner: IMessageTransport, options: GuardOptions) {
    this.#inner = inner;
    this.#options = options;
    this.topology = {
      plan: (topology) => inner.topology.plan(topology),
      compare: async (plan) => this.#whenOpen('compare', () => inner.topology.compare(plan)),
      apply: async (plan) => this.#whenOpen('apply', () => inner.topology.apply(plan)),
      prune: async (plan) => this.#whenOpen('prune', () => inner.topology.prune(plan)),
    };
    this.deadLetters = {
      count: async (endpoint) => this.#whenOpen('deadLetters.count', () => inner.deadLetters.count(endpoint)),
      list: async (endpoint, list) => this.#whenOpen('deadLetters.list', () => inner.deadLetters.list(endpoint, list)),
      take: async (endpoint, ids, act) => this.#whenOpen('deadLetters.take', () => inner.deadLetters.take(endpoint, ids, act)),
    };
  }

  get name(): string {
    return this.#inner.name;
  }

  get capabilities(): TransportCapabilities {
    return this.#inner.capabilities;
  }

  capabilitiesOf(endpoint: EndpointTopology): TransportCapabilities {
    return this.#inner.capabilitiesOf(endpoint);
  }

  async open(options: OpenOptions): Promise<void> {
    if (this.#state.is === 'closing') await this.#state.done;
    if (this.#state.is === 'open') return;
    if (this.#state.is === 'opening') return this.#state.done;
    const done = this.#open(options);
    this.#state = { is: 'opening', done };
    return done;
  }

  async #open(options: OpenOptions): Promise<void> {
    try {
      options.signal?.throwIfAborted();
      await this.#inner.open(options);
      this.#state = { is: 'open', runtime: options.runtime };
    } catch (error) {
      this.#state = { is: 'closed' };
      if (isBusError(error) || options.signal?.aborted === true) throw error;
      throw new ConnectionError(
        'TRANSPORT_OPEN_FAILED',
        `The transport "${this.name}" could not be opened. See \`cause\`; opening may be tried again.`,
        {
          cause: error,
          details: { transport: this.name },
        },
      );
    }
  }

  async close(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state.is === 'opening') await this.#state.done.catch(() => undefined);
    if (this.#state.is === 'closed') return;
    if (this.#state.is === 'closing') return this.#state.done;
    const done = this.#inner.close(options).finally(() => {
      this.#state = { is: 'closed' };
    });
    this.#state = { is: 'closing', done };
    return done;
  }

  send(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<readonly SendOutcome[]> {
    if (this.#state.is !== 'open') return Promise.reject(this.#notOpen('send'));
    if (options.signal?.aborted === true)
      return entries.map(() => ({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause: options.signal?.reason }));
    try {
      const outcomes = this.#inner.send(entries, options);
      return isPromise(outcomes) ? this.#inTime(outcomes, entries.length, this.#state.runtime, options.signal) : outcomes;
    } catch (error) {
      return entries.map(() => ({ status: 'unknown', cause: error }));
    }
  }

  /** The outcomes, or `unknown` for every entry when the timeout passes, the signal aborts or the adapter throws. */
  #inTime(
    sending: Promise<readonly SendOutcome[]>,
    count: number,
    runtime: Runtime,
    signal?: AbortSignal,
  ): Promise<readonly SendOutcome[]> {
    return new Promise((resolve) => {
      const unknown = (cause: unknown): void => finish(Array.from({ length: count }, () => ({ status: 'unknown', cause })));
      const timeoutMs = this.#options.publishTimeoutMs;
      const timer = runtime.setTimer(timeoutMs, () => unknown(`no answer from the transport "${this.name}" within ${timeoutMs} ms`));
      const onAbort = (): void => unknown(signal?.reason);
      const finish = (outcomes: readonly SendOutcome[]): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        resolve(outcomes);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      sending.then(finish, unknown);
    });
  }

  async cancel(token: string): Promise<boolean> {
    return this.#whenOpen('cancel', () => this.#inner.cancel(token));
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    if (this.#state.is !== 'open') throw this.#notOpen('receive');
    const { runtime } = this.#state;
    const onSettled = (result: SettleResult): void => {
      if (result === 'settled') return;
      this.counters.settleLost += 1;
      runtime.logger.warn(
        { event: LOG_EVENTS.settleLost, endpoint: endpoint.name },
        'a settlement came too late; the message will be delivered again',
      );
    };
    return this.#inner.receive(endpoint, options, (delivery) => onDelivery(new SettleOnceDelivery(delivery, onSettled)));
  }

  async replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    return this.#whenOpen('replies', () => this.#inner.replies(onReply));
  }

  isReplyAddress(address: string): boolean {
    return this.#inner.isReplyAddress(address);
  }

  async #whenOpen<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (this.#state.is !== 'open') throw this.#notOpen(operation);
    return work();
  }

  #notOpen(operation: string): ConnectionError {
    return new ConnectionError(
      'TRANSPORT_NOT_OPEN',
      `\`${operation}\` was called on the transport "${this.name}" while it is ${this.#state.is}. Open it first.`,
      {
        details: { transport: this.name, operation, state: this.#state.is },
      },
    );
  }
}
