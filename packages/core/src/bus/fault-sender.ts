import { isBusError } from '../errors/is-bus-error.ts';
import { Fault, FAULT_TOPIC } from '../messages/fault.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import { isoTime } from '../messages/iso-time.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { SLOTS } from '../messages/message-headers.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import { faultErrors } from '../recoverability/describe-fault.ts';
import { describeError } from '../recoverability/failure-headers.ts';
import type { ReplyLedger } from '../replies/reply-ledger.ts';
import { entityName } from '../routing/route-table.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { Destination } from '../transport/transport-message.ts';
import type { Sender } from './sender.ts';

/** What a {@link FaultSender} works with. */
export interface FaultParts {
  readonly runtime: Runtime;
  readonly sender: Sender;
  readonly serializers: SerializerRegistry;
  readonly ledger: ReplyLedger;
  readonly namespace: string | undefined;
}

/** Tells of messages that are given up. What it cannot tell is logged as `fault.failed`; the dead letter stands all the same. */
export class FaultSender {
  readonly #parts: FaultParts;

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  /** Resolves when the fault was accepted, or is known not to be. A fault of a fault is not told. Never rejects. */
  async send(context: IncomingContext, reason: DeadLetterReason, error: unknown): Promise<void> {
    if (context.allHeaders.at(SLOTS.name) === Fault.name) return;
    const fault = this.#faultOf(context, reason, error);
    try {
      await this.#send(context, fault);
    } catch (sendError) {
      if (isBusError(sendError, 'MESSAGE_TOO_LARGE') || isBusError(sendError, 'MESSAGE_NOT_SERIALIZABLE'))
        await this.#sendLess(context, fault);
      else this.#report(context, sendError);
    }
  }

  /** Without the message and the stacks. */
  async #sendLess(context: IncomingContext, fault: Fault): Promise<void> {
    try {
      const errors = fault.errors.map((error) => ({ ...error, stack: undefined }));
      await this.#send(context, { ...fault, message: undefined, errors });
    } catch (sendError) {
      this.#report(context, sendError);
    }
  }

  #send(context: IncomingContext, fault: Fault): Promise<void> {
    return this.#parts.sender.sendFault(context, fault, this.#destinationOf(context));
  }

  #destinationOf(context: IncomingContext): Destination {
    const { namespace, ledger } = this.#parts;
    const faultTo = context.allHeaders.at(SLOTS.faultTo);
    if (faultTo !== undefined) {
      assertEndpointName(faultTo);
      return { kind: 'endpoint', name: entityName(namespace, faultTo) };
    }
    const address = ledger.addressFor(context);
    return address === undefined ? { kind: 'topic', name: entityName(namespace, FAULT_TOPIC) } : { kind: 'reply', address };
  }

  #faultOf(context: IncomingContext, reason: DeadLetterReason, error: unknown): Fault {
    return {
      reason,
      endpoint: context.endpoint,
      attempts: context.attempt,
      failedAt: isoTime(this.#parts.runtime.now()),
      messageId: context.messageId,
      messageName: context.allHeaders.at(SLOTS.name),
      message: this.#read(context),
      errors: faultErrors(error),
    };
  }

  /** The message as it was sent: what the handlers did to theirs is not in it. */
  #read({ allHeaders, body }: IncomingContext): unknown {
    try {
      return this.#parts.serializers.forContentType(allHeaders.at(SLOTS.contentType)).deserialize(body);
    } catch {
      return undefined;
    }
  }

  #report(context: IncomingContext, error: unknown): void {
    this.#parts.runtime.logger.warn(
      { event: LOG_EVENTS.faultFailed, endpoint: context.endpoint, ...attemptLogFields(context), error: describeError(error) },
      'nobody could be told that a message is given up; it stands in the dead letters',
    );
  }
}
