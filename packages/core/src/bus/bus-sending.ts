import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertRequest } from '../messages/assert-contract-kind.ts';
import type { AnyCommand, AnyEvent, Contract } from '../messages/contract.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { BatchOutcome } from '../pipeline/batch.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { AmbientWork, CaptureSurroundings } from '../pipeline/message-capture.ts';
import type { RequestOptions, SendOptions } from '../pipeline/message-sender.ts';
import type { RegisteredTransaction } from '../pipeline/register.ts';
import type { RequestClient } from '../replies/request-client.ts';
import { isProduction } from '../runtime/is-production.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { TransactionContext } from '../unit-of-work/bus-transaction.ts';
import { inTransaction } from '../unit-of-work/bus-transaction.ts';
import { joins } from './ambient-work.ts';
import type { Batch } from './batch-sender.ts';
import { sendBatch } from './batch-sender.ts';
import type { BusParts } from './bus-parts.ts';

/** What a {@link BusSending} works with. */
export interface BusSendingParts extends Pick<BusParts, 'name' | 'sender' | 'ambient' | 'store' | 'runtime'> {
  /** What asks, from this start of the bus to its stop. */
  readonly requests: () => RequestClient;
  readonly isStarted: () => boolean;
  /** @throws ConfigurationError `BUS_NOT_STARTED`, `BUS_STOPPED`: `what` says what was not done */
  readonly assertStarted: (what: string) => void;
}

/** What a send gives that was accepted at once: one promise for all. */
const ACCEPTED: Promise<void> = Promise.resolve();

/** What is sent by the bus itself: it joins the unit of work in which it is sent, else it leaves at once. */
export class BusSending {
  readonly #parts: BusSendingParts;
  /** How messages are captured, in handlers and in `bus.transaction`. */
  readonly captures: CaptureSurroundings;
  /** Contracts that were told of; `undefined` where nothing is told. */
  readonly #toldOutside: Set<string> | undefined;

  constructor(parts: BusSendingParts) {
    this.#parts = parts;
    const { sender } = parts;
    this.#toldOutside = parts.store === undefined || isProduction() ? undefined : new Set();
    this.captures = {
      capture: (into, kind, contract, message, options) => sender.capture(into, kind, contract, message, options),
      captureAll: (into, kind, contract, messages, options) =>
        sendBatch(sender, { kind, contract, messages, options, parent: into.cause, into }),
      request: async (from, contract, message, options) => this.#request(from.cause, contract, message, options),
    };
  }

  /** Not async: where everything answers at once, it costs one promise. */
  send(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): Promise<void> {
    try {
      const work = this.#parts.ambient?.current();
      if (work !== undefined && joins(work, contract, options.detached))
        return kind === 'send'
          ? work.capture.send(contract as AnyCommand, message, options)
          : work.capture.publish(contract as AnyEvent, message, options);
      this.#leaves(contract, work, options);
      const sending = this.#parts.sender.send(kind, contract, message, options, work?.capture.cause);
      return isPromise(sending) ? sending : ACCEPTED;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async sendAll(batch: Batch): Promise<readonly BatchOutcome[]> {
    const { kind, contract, messages, options } = batch;
    const work = this.#parts.ambient?.current();
    const detached = typeof options === 'object' && options?.detached;
    if (work !== undefined && joins(work, contract, detached)) return work.capture.captureBatch(kind, contract, messages, options);
    this.#leaves(contract, work, { detached: detached === true });
    return sendBatch(this.#parts.sender, { ...batch, parent: work?.capture.cause });
  }

  async request(contract: Contract, message: unknown, options: RequestOptions): Promise<unknown> {
    const work = this.#parts.ambient?.current();
    if (work !== undefined && joins(work, contract, false)) return this.#request(work.capture.cause, contract, message, options);
    this.#assertSending(contract);
    return this.#request(work?.capture.cause, contract, message, options);
  }

  async transaction<Result>(tx: RegisteredTransaction, work: (context: TransactionContext) => Promise<Result> | Result): Promise<Result> {
    const { store, ambient, name } = this.#parts;
    if (store === undefined)
      throw new ConfigurationError(
        'STORE_MISSING',
        `The bus "${name}" has no store, so it has no transactions. Create it with a \`store\`.`,
        {
          details: { bus: name },
        },
      );
    assertGiven(tx, work);
    const outer = ambient?.current();
    if (outer === undefined || outer.capture.ended) this.#parts.assertStarted('`bus.transaction` was not run');
    const within = outer?.capture.isIn(tx) === true ? outer.capture : undefined;
    return inTransaction(tx, work, { store, ambient, surroundings: this.captures, cause: outer?.capture.cause, within });
  }

  #request(parent: ConsumeContext | undefined, contract: Contract, message: unknown, options: RequestOptions): Promise<unknown> {
    assertRequest(contract);
    return this.#parts.requests().request({ contract, message, options, parent });
  }

  #leaves(contract: Contract, work: AmbientWork | undefined, options: Pick<SendOptions, 'detached'>): void {
    this.#assertSending(contract);
    if (this.#toldOutside !== undefined && work === undefined && options?.detached !== true) this.#tellOutside(contract, this.#toldOutside);
  }

  #assertSending(contract: Contract): void {
    if (!this.#parts.isStarted())
      this.#parts.assertStarted(`${contract?.name === undefined ? 'The message' : `"${contract.name}"`} was not sent`);
  }

  /** Mostly a mistake: what leaves now is sent even where the transaction is rolled back. */
  #tellOutside(contract: Contract, told: Set<string>): void {
    const { store, runtime } = this.#parts;
    if (told.has(contract?.name) || store?.store.inTransaction() !== true) return;
    told.add(contract?.name);
    runtime.logger.warn(
      { event: LOG_EVENTS.sentOutsideTransaction, store: store.store.name, message: contract?.name },
      'a message left at once while a transaction was open; send it by `bus.transaction`, or with `detached: true` where that is meant',
    );
  }
}

/** @throws ConfigurationError `OPTION_INVALID` */
function assertGiven(tx: unknown, work: unknown): void {
  const wrong = [
    ...(tx === undefined || tx === null ? ['transaction', tx] : []),
    ...(typeof work === 'function' ? [] : ['function', work]),
  ];
  if (wrong.length > 0)
    throw new ConfigurationError(
      'OPTION_INVALID',
      `\`bus.transaction\` was given ${nameValue(wrong[1])} for its ${String(wrong[0])}. Pass the open transaction, and \`async (context) => …\`.`,
    );
}
