import type { BoundHandler, ConsumeContext, Endpoint, Middleware } from '@waybill/core';
import { endpoint, handler } from '@waybill/core';
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { PoolClient } from 'pg';

import type { HistoryWriter } from '../../history/history-writer.ts';
import { credit, enter } from './accounts.ts';
import { CONCURRENCY, Credit, Transferred, transferredIdOf } from './contracts.ts';

/** Nobody is tried alone and given up for what faults did to his processes: only what cannot be handled becomes a dead letter. */
const RECOVERY = Object.freeze({ retries: 1, redeliver: ['500ms', '1s'], maxCrashes: 0 } as const);

/** The endpoints of the money: what they write is in the transaction of their unit of work. */
export class Handlers {
  readonly #history: HistoryWriter;
  /** Of the attempt that runs: whether a handler has begun. */
  readonly #attempts = new AsyncLocalStorage<{ hasBegun: boolean }>();

  constructor(history: HistoryWriter) {
    this.#history = history;
  }

  endpoints(): readonly Endpoint[] {
    return [
      endpoint('accounts', { handlers: [this.#credit()], concurrency: CONCURRENCY.accounts, recovery: RECOVERY }),
      endpoint('ledger', { handlers: [this.#enter()], concurrency: CONCURRENCY.ledger, recovery: RECOVERY }),
    ];
  }

  /** What is well though no handler has begun was done before. */
  readonly middleware: Middleware<ConsumeContext> = async (context, next) => {
    const attempt = { hasBegun: false };
    await this.#attempts.run(attempt, async () => next(context));
    if (!attempt.hasBegun) this.#history.write({ kind: 'repeated', id: context.messageId, at: context.endpoint });
  };

  #credit(): BoundHandler<typeof Credit> {
    return handler(Credit, ({ to, amount, failures, ms }, context) =>
      this.#told('accounts', context, async () => {
        await credit(transactionOf(context), context.messageId, to, amount);
        if (ms > 0) await pause(ms);
        await context.publish(Transferred, { transfer: context.messageId, amount }, { messageId: transferredIdOf(context.messageId) });
        if (context.attempt <= failures) throw new Error('as it was told to');
      }),
    );
  }

  #enter(): BoundHandler<typeof Transferred> {
    return handler(Transferred, ({ transfer, amount }, context) =>
      this.#told('ledger', context, () => enter(transactionOf(context), transfer, amount)),
    );
  }

  /** `handled` says that the handler has returned; whether its transaction was committed says the database. */
  async #told(at: string, { messageId }: ConsumeContext, work: () => Promise<void>): Promise<void> {
    const attempt = this.#attempts.getStore();
    if (attempt !== undefined) attempt.hasBegun = true;
    this.#history.write({ kind: 'begun', id: messageId, at });
    try {
      await work();
    } catch (error) {
      this.#history.write({ kind: 'failed', id: messageId, at });
      throw error;
    }
    this.#history.write({ kind: 'handled', id: messageId, at });
  }
}

/** What it is says the store of the run. */
function transactionOf(context: ConsumeContext): PoolClient {
  return context.transaction as PoolClient;
}
