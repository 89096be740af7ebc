import { ConnectionError } from '../errors/bus-error.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import { deliveryLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { ITransportDeadLetters } from './dead-letters.ts';
import type { ITransportDelivery } from './delivery.ts';
import type { IMessageTransport, ITransportTopology, OpenOptions, ReceiveOptions, SendCallOptions } from './message-transport.ts';
import type { InboxGate } from './guarded-reply-inbox.ts';
import { GuardedReplyInbox } from './guarded-reply-inbox.ts';
import { OutcomeGuard } from './outcome-guard.ts';
import type { IReceiver } from './receiver.ts';
import type { IReplyInbox } from './reply-inbox.ts';
import type { SettlementWatch } from './settle-once.ts';
import { SettleOnceDelivery } from './settle-once.ts';
import type { EndpointTopology } from './topology.ts';
import type { PublishOverflow } from './send-window.ts';
import type { TransportCapabilities } from './transport-capabilities.ts';
import type { SendOutcome, TransportEntry, TransportMessage } from './transport-message.ts';

const DEFAULT_OUTSTANDING = 1_000;
const MAX_OUTSTANDING_BYTES = 64 * 1024 * 1024;

/** Options of {@link guardTransport}. */
export interface GuardOptions {
  /** After this long, whatever has no outcome ends as `unknown`. Milliseconds. */
  readonly publishTimeoutMs: number;
  /** Told of each settlement that came too late. */
  readonly onSettleLost?: ((endpoint: string) => void) | undefined;
  /** The most messages under way without an answer; further sends wait. Their bodies together are bounded by 64 MiB. @default 1,000 */
  readonly maxOutstanding?: number | undefined;
  /** What happens to further sends. @default 'wait' */
  readonly overflow?: PublishOverflow | undefined;
}

/** Numbers that the guard counts. */
export interface GuardCounters {
  /** Settlements that came after the right to settle was lost. */
  settleLost: number;
}

/**
 * Puts around any transport what every transport must give: opens once and closes once, a failed or aborted open leaves
 * nothing open and can be tried again, nothing works before open or after close, every entry has an outcome in time,
 * every delivery is settled exactly once, and what core or the application throws never reaches the adapter.
 */
export function guardTransport(transport: IMessageTransport, options: GuardOptions): GuardedTransport {
  return new GuardedTransport(transport, options);
}

/** The time from one open to its close. */
interface Session {
  readonly runtime: Runtime;
  over: boolean;
}

/** closed ─open→ opening ─ok→ open ─close→ closing → closed; opening ─failed→ closed; opening ─aborted→ closing → closed. */
type GuardState =
  | { readonly is: 'closed' }
  | { readonly is: 'opening'; readonly done: Promise<void>; readonly giveUp: AbortController }
  | { readonly is: 'open'; readonly session: Session }
  | { readonly is: 'closing'; readonly done: Promise<void> };

/** A transport behind its guard; see {@link guardTransport}. */
export class GuardedTransport implements IMessageTransport {
  readonly topology: ITransportTopology;
  readonly deadLetters: ITransportDeadLetters;
  readonly counters: GuardCounters = { settleLost: 0 };
  readonly #inner: IMessageTransport;
  readonly #timeoutMs: number;
  readonly #outcomes: OutcomeGuard;
  readonly #onSettleLost: ((endpoint: string) => void) | undefined;
  #state: GuardState = { is: 'closed' };

  constructor(inner: IMessageTransport, options: GuardOptions) {
    this.#inner = inner;
    this.#timeoutMs = options.publishTimeoutMs;
    this.#onSettleLost = options.onSettleLost;
    this.#outcomes = new OutcomeGuard(inner.name, options.publishTimeoutMs, {
      count: options.maxOutstanding ?? DEFAULT_OUTSTANDING,
      bytes: MAX_OUTSTANDING_BYTES,
      overflow: options.overflow ?? 'wait',
    });
    this.topology = {
      plan: (topology) => inner.topology.plan(topology),
      compare: async (plan) => this.#whenOpen('compare', () => inner.topology.compare(plan)),
      apply: async (plan) => this.#whenOpen('apply', () => inner.topology.apply(plan)),
      prune: async (plan, prune) => this.#whenOpen('prune', () => inner.topology.prune(plan, prune)),
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

  /** @throws ConnectionError `TRANSPORT_OPEN_FAILED`; or the reason of the signal */
  async open(options: OpenOptions): Promise<void> {
    options.signal?.throwIfAborted();
    while (this.#state.is === 'closing') await this.#whenClosed(this.#state.done, options);
    if (this.#state.is === 'closed') this.#state = this.#beginOpening(options);
    if (this.#state.is === 'opening') await unlessAborted(this.#state.done, options.signal);
  }

  #beginOpening(options: OpenOptions): GuardState {
    const giveUp = new AbortController();
    const signal = options.signal === undefined ? giveUp.signal : AbortSignal.any([options.signal, giveUp.signal]);
    const { runtime } = options;
    const onState: OpenOptions['onState'] = (state) => shield(runtime, 'onState', () => options.onState(state));
    const opening = asPromise(() => this.#inner.open({ ...options, signal, onState }));
    const done = this.#finishOpening(opening, signal, runtime);
    done.catch(() => undefined);
    return { is: 'opening', done, giveUp };
  }

  async #finishOpening(opening: Promise<void>, signal: AbortSignal, runtime: Runtime): Promise<void> {
    try {
      await unlessAborted(opening, signal);
      this.#state = { is: 'open', session: { runtime, over: false } };
    } catch (error) {
      this.#state = signal.aborted ? { is: 'closing', done: this.#abandon(opening, runtime) } : { is: 'closed' };
      if (signal.aborted) throw signal.reason;
      if (isBusError(error)) throw error;
      throw this.#openFailed('See `cause`; opening may be tried again.', error);
    }
  }

  /** Nobody waits for this opening any more: should it succeed all the same, what it opened is closed. */
  async #abandon(opening: Promise<void>, runtime: Runtime): Promise<void> {
    try {
      await opening.then(
        () => this.#inner.close(),
        () => undefined,
      );
    } catch (error) {
      runtime.logger.warn({ event: LOG_EVENTS.transportCloseFailed, transport: this.name, error }, 'the transport did not close cleanly');
    }
    this.#state = { is: 'closed' };
  }

  /** An adapter is never opened while it still closes; but nobody waits for ever. */
  async #whenClosed(closing: Promise<void>, { runtime, signal }: OpenOptions): Promise<void> {
    if (await settlesInTime(closing, { limitMs: this.#timeoutMs, runtime, signal })) return;
    signal?.throwIfAborted();
    throw this.#openFailed(`What was opened before has not closed within ${this.#timeoutMs} ms. Try again later.`);
  }

  async close(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#state.is === 'opening') {
      this.#state.giveUp.abort(this.#openFailed('It was closed while it opened.'));
      await this.#state.done.catch(() => undefined);
    }
    if (this.#state.is === 'open') {
      this.#state.session.over = true;
      this.#state = { is: 'closing', done: this.#close(options) };
    }
    if (this.#state.is === 'closing') await unlessAborted(this.#state.done, options.signal);
  }

  #close(options: { readonly signal?: AbortSignal }): Promise<void> {
    return asPromise(() => this.#inner.close(options)).finally(() => {
      this.#state = { is: 'closed' };
      this.#outcomes.giveUp(`the transport "${this.name}" was closed before it answered`);
    });
  }

  send(entries: readonly TransportEntry[], options: SendCallOptions): MaybePromise<readonly SendOutcome[]> {
    if (this.#state.is !== 'open') return Promise.reject(this.#notOpen('send'));
    return this.#outcomes.send(this.#inner, entries, options, this.#state.session.runtime);
  }

  async cancel(token: string): Promise<boolean> {
    return this.#whenOpen('cancel', () => this.#inner.cancel(token));
  }

  receive(endpoint: EndpointTopology, options: ReceiveOptions, onDelivery: (delivery: ITransportDelivery) => void): IReceiver {
    if (this.#state.is !== 'open') throw this.#notOpen('receive');
    const { session } = this.#state;
    const watch = this.#watch(endpoint, session);
    return this.#inner.receive(endpoint, options, (delivery) => {
      if (session.over) {
        session.runtime.logger.warn(
          { event: LOG_EVENTS.deliveryAfterStop, endpoint: endpoint.name, ...deliveryLogFields(delivery) },
          'a delivery came after close; it comes again',
        );
        return;
      }
      const guarded = new SettleOnceDelivery(delivery, watch);
      try {
        onDelivery(guarded);
      } catch (error) {
        tellThrown(session.runtime, 'onDelivery', error);
        void releaseUnsettled(guarded, endpoint, session.runtime);
      }
    });
  }

  #watch(endpoint: EndpointTopology, session: Session): SettlementWatch {
    return {
      get isOver() {
        return session.over;
      },
      onSettled: (result, delivery) => {
        if (result === 'settled') return;
        this.counters.settleLost += 1;
        this.#onSettleLost?.(endpoint.name);
        session.runtime.logger.warn(
          { event: LOG_EVENTS.settleLost, endpoint: endpoint.name, ...deliveryLogFields(delivery) },
          'a settlement came too late; the message will be delivered again',
        );
      },
    };
  }

  async replies(onReply: (message: TransportMessage) => void): Promise<IReplyInbox> {
    if (this.#state.is !== 'open') throw this.#notOpen('replies');
    const { session } = this.#state;
    const gate: InboxGate = { closed: false };
    const inner = await this.#inner.replies((message) => {
      if (!gate.closed && !session.over) shield(session.runtime, 'onReply', () => onReply(message));
    });
    if (session.over) {
      await inner.close();
      throw this.#notOpen('replies');
    }
    return new GuardedReplyInbox(inner, gate, (inbox, entries, options) => {
      if (gate.closed || session.over) return Promise.reject(this.#notOpen('replies.send'));
      return this.#outcomes.send(inbox, entries, options, session.runtime);
    });
  }

  isReplyAddress(address: string): boolean {
    return this.#inner.isReplyAddress(address);
  }

  async #whenOpen<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (this.#state.is !== 'open') throw this.#notOpen(operation);
    return work();
  }

  #openFailed(wayOut: string, cause?: unknown): ConnectionError {
    return new ConnectionError('TRANSPORT_OPEN_FAILED', `The transport "${this.name}" could not be opened. ${wayOut}`, {
      ...(cause === undefined ? {} : { cause }),
      details: { transport: this.name },
    });
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

const asPromise = async (work: () => Promise<void>): Promise<void> => work();

/** Runs a callback of core or the application; what it throws is logged, and never reaches the adapter. */
function shield(runtime: Runtime, callback: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    tellThrown(runtime, callback, error);
  }
}

function tellThrown({ logger }: Runtime, callback: string, error: unknown): void {
  logger.error({ event: LOG_EVENTS.callbackFailed, callback, error }, 'a callback of the transport has thrown');
}

/** Gives a delivery back that nobody took over, unless it is settled already. */
async function releaseUnsettled(delivery: ITransportDelivery, endpoint: EndpointTopology, { logger }: Runtime): Promise<void> {
  try {
    await delivery.release();
  } catch (error) {
    if (!isBusError(error, 'ALREADY_SETTLED'))
      logger.error(
        { event: LOG_EVENTS.settleFailed, endpoint: endpoint.name, ...deliveryLogFields(delivery), error },
        'a delivery could not be released',
      );
  }
}
