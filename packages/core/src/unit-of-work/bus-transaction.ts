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
}

/** Runs work whose messages go into the outbox, in the caller's transaction, when it resolves; none where it rejects. */
export async function inTransaction<Result>(
  tx: RegisteredTransaction,
  work: (context: TransactionContext) => Promise<Result> | Result,
  parts: TransactionParts,
): Promise<Result> {
  const { store, ambient } = parts;
  const context = new CallersTransaction(tx, parts);
  const run = async (): Promise<Result> => work(context);
  try {
    const result = await (ambient === undefined ? run() : ambient.run({ capture: context, refusesLate: true }, run));
    await context.endCaptured();
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

  refusalOf(contract: Contract): DeliveryError {
    return new DeliveryError(
      'ATTEMPT_ENDED',
      `"${contract?.name}" was not sent: the work of \`bus.transaction\` is over. Await everything in it.`,
      { details: { message: contract?.name } },
    );
  }
}
