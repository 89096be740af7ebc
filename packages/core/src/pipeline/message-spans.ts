import { isBusError } from '../errors/is-bus-error.ts';
import { SLOTS } from '../messages/message-headers.ts';
import { putTrace, traceOf } from '../messages/trace-headers.ts';
import { SPAN_OPERATIONS, TELEMETRY_ATTRIBUTES as ATTRIBUTES, TEMPORARY_DESTINATION } from '../observability/telemetry-names.ts';
import type { SpanFailure } from '../observability/tracer.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Destination } from '../transport/transport-message.ts';
import type { BusEvent } from './bus-events.ts';
import type { GuardedSpan, GuardedTracer } from './guarded-tracer.ts';
import { IncomingContext } from './incoming-context.ts';
import type { OutgoingContext } from './outgoing-context.ts';
import type { Next } from './step.ts';

/**
 * The spans of one bus: `send <destination>` from the steps to the broker's answer, `process <endpoint>` for each attempt,
 * from its first step to its end.
 */
export class MessageSpans {
  readonly #tracer: GuardedTracer;
  readonly #common: Readonly<Record<string, string>>;
  /** Of messages in both directions; kept as long as the message, since what is sent on has its span as parent. */
  readonly #spans = new WeakMap<object, GuardedSpan>();

  constructor(tracer: GuardedTracer, system: string, bus: string) {
    this.#tracer = tracer;
    this.#common = { [ATTRIBUTES.system]: system, [ATTRIBUTES.bus]: bus };
  }

  /** Runs the rest of the outgoing steps in a span, which ends with the outcome of the sending. */
  send(context: OutgoingContext, next: Next<OutgoingContext>): MaybePromise<void> {
    const { headers, contract, destination, parent } = context;
    const place = destinationName(destination);
    const span = this.#tracer.startSpan(
      `${SPAN_OPERATIONS.send} ${place}`,
      {
        kind: 'producer',
        attributes: {
          ...this.#common,
          [ATTRIBUTES.operationName]: SPAN_OPERATIONS.send,
          [ATTRIBUTES.operationType]: SPAN_OPERATIONS.send,
          [ATTRIBUTES.destination]: place,
          ...(destination.kind === 'reply' ? { [ATTRIBUTES.temporary]: true } : {}),
          [ATTRIBUTES.contract]: contract.name,
          ...idsOf(headers.at(SLOTS.id), headers.at(SLOTS.conversation), headers.at(SLOTS.correlation)),
        },
      },
      parent === undefined ? undefined : this.#spans.get(parent instanceof IncomingContext ? parent.whole : parent),
    );
    this.#spans.set(context, span);
    injectInto(context, span);
    const prepared = (): void => {
      if (context.serialized) span.setAttributes({ [ATTRIBUTES.bodySize]: context.body.byteLength });
      else span.end({ type: 'SEND_STOPPED', error: undefined });
    };
    const failed = (error: unknown): never => {
      span.end(failureOf(error));
      throw error;
    };
    try {
      const running = span.run(() => next(context));
      if (isPromise(running)) return running.then(prepared, failed);
      return prepared();
    } catch (error) {
      return failed(error);
    }
  }

  /** Ends the span of a message that was sent, or was not. */
  sent(message: object, failure?: SpanFailure): void {
    this.#spans.get(message)?.end(failure);
  }

  /** Ends the spans of messages that are in the outbox: they leave later, by whichever process. */
  stored(messages: readonly object[]): void {
    for (const one of messages) this.sent(one);
  }

  /** Ends the spans of messages whose unit of work was rolled back. */
  dropped(messages: readonly object[], error: unknown): void {
    for (const one of messages) this.sent(one, failureOf(error));
  }

  /** Runs the incoming steps of an attempt in a span, which ends with the attempt. */
  process(context: IncomingContext, next: Next<IncomingContext>): MaybePromise<void> {
    const { endpoint, allHeaders, messageId, conversationId, correlationId } = context;
    const span = this.#tracer.startSpan(
      `${SPAN_OPERATIONS.process} ${endpoint}`,
      {
        kind: 'consumer',
        remote: traceOf(allHeaders),
        attributes: {
          ...this.#common,
          [ATTRIBUTES.operationName]: SPAN_OPERATIONS.process,
          [ATTRIBUTES.operationType]: SPAN_OPERATIONS.process,
          [ATTRIBUTES.destination]: endpoint,
          [ATTRIBUTES.bodySize]: context.body.byteLength,
          [ATTRIBUTES.attempt]: context.attempt,
          ...idsOf(messageId, conversationId, correlationId),
        },
      },
      undefined,
    );
    this.#spans.set(context, span);
    return span.run(() => next(context));
  }

  /** An attempt has ended, or what it sent has left with its ack. */
  readonly observe = (event: BusEvent): void => {
    if (event.kind === 'attempt-failed') {
      this.#ended(event, event.next, failureOf(event.error));
      for (const entry of capturedBy(event)) this.sent(entry, failureOf(event.error));
    } else if (event.kind === 'attempt-succeeded') {
      this.#ended(event, event.message instanceof IncomingContext ? event.message.outcome : 'handled', undefined);
    } else if (event.kind === 'message-settled' && event.as === 'handled') {
      for (const entry of capturedBy(event)) this.sent(entry);
    }
  };

  #ended({ message }: BusEvent, outcome: string, failure: SpanFailure | undefined): void {
    const span = this.#spans.get(message);
    const contract = message.contract === undefined ? {} : { [ATTRIBUTES.contract]: message.contract.name };
    span?.setAttributes({ ...contract, [ATTRIBUTES.outcome]: outcome });
    span?.end(failure);
  }
}

const capturedBy = ({ message }: BusEvent): readonly object[] => (message instanceof IncomingContext ? message.captured : []);

/** A tracer's own context takes the place of one that was carried onward. */
function injectInto({ headers }: OutgoingContext, span: GuardedSpan): void {
  let isFirst = true;
  span.inject((name, value) => {
    if (isFirst) for (const slot of [SLOTS.traceparent, SLOTS.tracestate, SLOTS.baggage]) headers.put(slot, undefined);
    isFirst = false;
    putTrace(headers, name, value);
  });
}

function idsOf(messageId?: string, conversationId?: string, correlationId?: string): Readonly<Record<string, string>> {
  return {
    ...(messageId === undefined ? {} : { [ATTRIBUTES.messageId]: messageId }),
    ...(conversationId === undefined ? {} : { [ATTRIBUTES.conversationId]: conversationId }),
    ...(correlationId === undefined ? {} : { [ATTRIBUTES.correlationId]: correlationId }),
  };
}

/** The name of a place for telemetry: reply addresses have one between them. */
export function destinationName(destination: Destination): string {
  return destination.kind === 'reply' ? TEMPORARY_DESTINATION : destination.name;
}

/** The error's code, else its class. */
export function errorType(error: unknown): string {
  if (isBusError(error)) return error.code;
  return error instanceof Error && typeof error.name === 'string' && error.name !== '' ? error.name : '_OTHER';
}

const failureOf = (error: unknown): SpanFailure => ({ type: errorType(error), error });
