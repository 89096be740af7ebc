import type { BusEvent, ConsumeContext, Middleware } from '@waybill/core';

import { describeHandled } from './sentences.ts';
import type { Teller } from './teller.ts';

export interface Narrator {
  readonly middleware: Middleware<ConsumeContext>;
  readonly onEvent: (event: BusEvent) => void;
}

/** Tells what the bus does, as it does it. The handlers know nothing of it. */
export function narrator(teller: Teller): Narrator {
  return {
    /** Around the handlers: tells what one did before what it sent leaves, so that causes stand above their effects. */
    middleware: async (context, next) => {
      await next(context);
      const { contract, message, endpoint, attempt } = context;
      const after = attempt > 1 ? ` (attempt ${attempt})` : '';
      teller.tell(endpoint, describeHandled(contract.name, message, endpoint) + after, attempt > 1 ? 'green' : undefined);
    },
    /** An observer: what becomes of a failure is decided after the handlers. */
    onEvent: (event) => {
      if (event.kind !== 'attempt-failed') return;
      const { endpoint, attempt } = event.message;
      const what = event.error instanceof Error ? event.error.message : String(event.error);
      const colour = event.next === 'dead-letter' ? 'red' : 'yellow';
      teller.tell(endpoint, `attempt ${attempt} fails: ${what} → ${whatNext(event.next, event.delayMs / 1000)}`, colour);
    },
  };
}

function whatNext(next: string, seconds: number): string {
  if (next === 'retry') return `again in ${seconds} s`;
  if (next === 'redeliver') return `back to the queue, again in ${seconds} s`;
  return next === 'dead-letter' ? 'no use to ask again: to the dead letters' : next;
}
