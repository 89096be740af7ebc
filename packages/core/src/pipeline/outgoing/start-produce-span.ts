import type { MessageSpans } from '../message-spans.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { Step } from '../step.ts';

/** Begins the span of a message that leaves, and writes its trace context. Linked only where somebody traces. */
export function startProduceSpan(spans: MessageSpans): Step<OutgoingContext> {
  return {
    name: 'start-produce-span',
    description: 'Begins the span of the message, and writes its trace context into the headers.',
    run: (context, next) => spans.send(context, next),
  };
}
