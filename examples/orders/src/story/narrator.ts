import type { BusEvent, ConsumeContext, Middleware } from '@waybill/core';

import { placeOf } from './place-of.ts';
import { describeHandled } from './sentences.ts';
import type { Colour, Teller } from './teller.ts';

export interface Narrator {
  readonly middleware: Middleware<ConsumeContext>;
  readonly onEvent: (event: BusEvent) => void;
}

interface Line {
  readonly place: string;
  readonly text: string;
  readonly colour: Colour | undefined;
}

/**
 * Tells what the bus does, as it does it. The handlers know nothing of it. Who handles an event first is chance on a broker: it is told when `copiesOf`
 * its contract have been handled, by the names of the places.
 */
export function narrator(teller: Teller, copiesOf: (contract: string) => number = () => 1): Narrator {
  const gathered = new Map<string, Line[]>();
  return {
    /** Around the handlers: tells what one did before what it sent leaves, so that causes stand above their effects. */
    middleware: async (context, next) => {
      await next(context);
      const { contract, message, messageId, attempt } = context;
      const place = placeOf(context.endpoint);
      const after = attempt > 1 ? ` (attempt ${attempt})` : '';
      const text = describeHandled(contract.name, message, place) + after;
      const lines = [...(gathered.get(messageId) ?? []), { place, text, colour: attempt > 1 ? ('green' as const) : undefined }];
      gathered.set(messageId, lines);
      if (lines.length < copiesOf(contract.name)) return;
      gathered.delete(messageId);
      for (const line of lines.toSorted((a, b) => a.place.localeCompare(b.place))) teller.tell(line.place, line.text, line.colour);
    },
    /** An observer: what becomes of a failure is decided after the handlers. */
    onEvent: (event) => {
      if (event.kind !== 'attempt-failed') return;
      const { endpoint, attempt } = event.message;
      const what = event.error instanceof Error ? event.error.message : String(event.error);
      const colour = event.next === 'dead-letter' ? 'red' : 'yellow';
      teller.tell(placeOf(endpoint), `attempt ${attempt} fails: ${what} → ${whatNext(event.next, event.delayMs / 1000)}`, colour);
    },
  };
}

function whatNext(next: string, seconds: number): string {
  if (next === 'retry') return `again in ${seconds} s`;
  if (next === 'redeliver') return `back to the queue, again in ${seconds} s`;
  return next === 'dead-letter' ? 'no use to ask again: to the dead letters' : next;
}
