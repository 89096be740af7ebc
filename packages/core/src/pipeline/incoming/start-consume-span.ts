import type { IncomingContext } from '../incoming-context.ts';
import type { MessageSpans } from '../message-spans.ts';
import type { Step } from '../step.ts';

/** Runs the attempt in a span. Linked only where somebody traces. */
export function startConsumeSpan(spans: MessageSpans): Step<IncomingContext> {
  return {
    name: 'start-consume-span',
    description: 'Runs the attempt in a span whose parent is that of the sender.',
    run: (context, next) => spans.process(context, next),
  };
}
