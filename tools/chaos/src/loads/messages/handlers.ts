import type { BoundHandler, BusObserver, Endpoint } from '@waybill/core';
import { endpoint, handler } from '@waybill/core';
import { setTimeout as pause } from 'node:timers/promises';

import type { HistoryWriter } from '../../history/history-writer.ts';
import { CONCURRENCY, Done, doneIdOf, Happened, Move, Work } from './contracts.ts';

const RECOVERY = Object.freeze({ retries: 1, redeliver: ['500ms', '1s'] } as const);

/** A trial would put a message behind the others of its account: order is promised where nobody is tried. */
const IN_PLACE = Object.freeze({ ...RECOVERY, maxCrashes: 0 });

/** The endpoints of the load. What a handler sees is in the history before it returns, and so before its message is acknowledged. */
export class Handlers {
  readonly #history: HistoryWriter;
  /** What handlers have published, and whose attempt has not ended. */
  readonly #published: string[] = [];

  constructor(history: HistoryWriter) {
    this.#history = history;
  }

  endpoints(): readonly Endpoint[] {
    const mailDone = handler(Done, (_message, { messageId }) => this.#handle(messageId, 'mail', 0));
    const mailHappened = handler(Happened, ({ ms }, { messageId }) => this.#handle(messageId, 'mail', ms));
    const stock = handler(Happened, ({ ms }, { messageId }) => this.#handle(messageId, 'stock', ms));
    const move = handler(Move, (_message, { messageId }) => this.#handle(messageId, 'ledger', 2));
    return [
      endpoint('work', { handlers: [this.#work()], concurrency: CONCURRENCY.work, recovery: RECOVERY }),
      endpoint('mail', { handlers: [mailDone, mailHappened], concurrency: CONCURRENCY.mail, recovery: RECOVERY }),
      endpoint('stock', { handlers: [stock], concurrency: CONCURRENCY.stock, recovery: RECOVERY }),
      endpoint('ledger', { handlers: [move], concurrency: CONCURRENCY.ledger, recovery: IN_PLACE, ordered: { onWait: 'pass' } }),
    ];
  }

  /** What a handler has published is accepted when its attempt has succeeded, and in doubt when that failed all the same. */
  readonly observer: BusObserver = ({ kind, message: { messageId } }) => {
    if (kind !== 'attempt-succeeded' && kind !== 'attempt-failed') return;
    const found = this.#published.indexOf(doneIdOf(messageId));
    if (found === -1) return;
    this.#published.splice(found, 1);
    this.#history.write({ kind: 'sent', id: doneIdOf(messageId), as: kind === 'attempt-succeeded' ? 'accepted' : 'unknown' });
  };

  /** What it publishes in an attempt that fails must reach nobody, and so it is not told that it was sent. */
  #work(): BoundHandler<typeof Work> {
    return handler(Work, async ({ failures, ms }, context) => {
      const id = context.messageId;
      this.#history.write({ kind: 'begun', id, at: 'work' });
      if (ms > 0) await pause(ms);
      const fails = context.attempt <= failures;
      if (!fails) {
        this.#history.write({ kind: 'send', id: doneIdOf(id), to: ['mail'], fate: 'handled' });
        this.#published.push(doneIdOf(id));
      }
      await context.publish(Done, { of: id }, { messageId: doneIdOf(id) });
      this.#history.write({ kind: fails ? 'failed' : 'handled', id, at: 'work' });
      if (fails) throw new Error('as it was told to');
    });
  }

  async #handle(id: string, at: string, ms: number): Promise<void> {
    this.#history.write({ kind: 'begun', id, at });
    if (ms > 0) await pause(ms);
    this.#history.write({ kind: 'handled', id, at });
  }
}
