import { DeliveryError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { AmbientWork, CaptureSurroundings } from '../pipeline/message-capture.ts';
import { MessageCapture } from '../pipeline/message-capture.ts';
import type { MessageSender } from '../pipeline/message-sender.ts';
import type { RegisteredTransaction } from '../pipeline/register.ts';
import type { Ambient } from '../runtime/ambient.ts';
import type { BusStore } from './bus-store.ts';
import { storeCaptured } from './bus-store.ts';

/** What the work of `bus.transaction` sends by. */
export interface TransactionContext extends MessageSender {
  /** The transaction that was given. */
  readonly transaction: RegisteredTransaction;
}

/** What {@link inTransaction} works with. */
export interface TransactionParts {
  readonly store: BusStore;
  readonly ambient: Ambient<AmbientWork> | undefined;
  readonly surroundings: CaptureSurroundings;
  /** The message that is being handled, where one is. */
  readonly cause: ConsumeContext | undefined;
  /** Whose transaction it is, where it is that of a handler, or of the work of `bus.transaction`. */
  readonly within: MessageCapture | undefined;
}

/**
 * Runs work whose messages go into the outbox, in the caller's transaction, when it resolves; none where it rejects. What works in the
 * transaction of a handler is waited for when that has succeeded, and stores nothing after it has failed: the connection may be somebody else's by then.
 */
export function inTransaction<Result>(
  tx: RegisteredTransaction,
  work: (context: TransactionContext) => Promise<Result> | Result,
  parts: TransactionParts,
): Promise<Result> {
  const running = runInTransaction(tx, work, parts);
  parts.within?.waitFor(running);
  return running;
}

async function runInTransaction<Result>(
  tx: RegisteredTransaction,
  work: (context: TransactionContext) => Promise<Result> | Result,
  parts: TransactionParts,
): Promise<Result> {
  const { store, ambient, within } = parts;
  const context = new CallersTransaction(tx, parts);
  const run = async (): Promise<Result> => work(context);
  try {
    const result = await (ambient === undefined ? run() : ambient.run({ capture: context, refusesLate: true }, run));
    await context.endCaptured();
    if (within?.ended === true && context.hasCaptured) throw endedBefore(context);
    await storeCaptured(store, tx, context.captured);
    store.spans?.stored(context.captured);
    return result;
  } catch (error) {
    store.spans?.dropped(context.captured, error);
    throw error;
  } finally {
    context.end();
  }
}

/** What it is in has failed or committed meanwhile. */
const endedBefore = ({ captured: { length } }: MessageCapture): DeliveryError =>
  new DeliveryError(
    'ATTEMPT_ENDED',
    `${length === 1 ? 'A message was' : `${length} messages were`} not stored by \`bus.transaction\`: the handler whose transaction it is has ended. Await everything before the handler returns.`,
  );

class CallersTransaction extends MessageCapture implements TransactionContext {
  readonly transaction: RegisteredTransaction;
  readonly #parts: TransactionParts;

  constructor(transaction: RegisteredTransaction, parts: TransactionParts) {
    super();
    this.transaction = transaction;
    this.#parts = parts;
  }

  get cause(): ConsumeContext | undefined {
    return this.#parts.cause;
  }
  get isStored(): boolean {
    return true;
  }
  protected get surroundings(): CaptureSurroundings {
    return this.#parts.surroundings;
  }

  isIn(transaction: unknown): boolean {
    return this.transaction === transaction;
  }

  refusalOf(contract: Contract): DeliveryError {
    return new DeliveryError(
      'ATTEMPT_ENDED',
      `"${contract?.name}" was not sent: the work of \`bus.transaction\` is over. Await everything in it.`,
      { details: { message: contract?.name } },
    );
  }
}
