import type { Contract } from '../messages/contract.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import type { ConsumeContext } from './consume-context.ts';

/** A received message as observers see it. */
export interface ObservedMessage extends Pick<
  ConsumeContext,
  'endpoint' | 'messageId' | 'correlationId' | 'conversationId' | 'causationId' | 'tenantId' | 'attempt' | 'headers'
> {
  /** `undefined` where the attempt ended before the contract was found. */
  readonly contract: Contract | undefined;
  /** `undefined` where the attempt ended before the message was read. */
  readonly message: unknown;
  /** All headers, those of the bus included. */
  readonly allHeaders: ReadonlyMap<string, string>;
}

/** How a delivery was settled. */
export type SettledAs = 'handled' | 'skipped' | 'redelivered' | 'dead-lettered' | 'discarded';

/** What has happened on a bus. Each attempt starts once and ends once; `message-settled` follows the last of a delivery, unless it goes back. */
export type BusEvent =
  | { readonly kind: 'attempt-started'; readonly message: ObservedMessage }
  /** The handlers have returned, and what they sent was accepted. */
  | { readonly kind: 'attempt-succeeded'; readonly message: ObservedMessage }
  | {
      readonly kind: 'attempt-failed';
      readonly message: ObservedMessage;
      readonly error: unknown;
      /** `retry`: in process · `redeliver`: the broker brings it again · `release`: back to the broker, because the bus stops, the delivery is lost or cannot be settled. */
      readonly next: 'retry' | 'redeliver' | 'dead-letter' | 'discard' | 'release';
      /** The wait before it comes again, in milliseconds; 0 where there is none. */
      readonly delayMs: number;
    }
  | {
      readonly kind: 'message-settled';
      readonly message: ObservedMessage;
      readonly as: SettledAs;
      /** Given where it was dead-lettered. */
      readonly reason: DeadLetterReason | undefined;
    };

/** Told of what happens, at once and in order. It cannot change anything; what it throws is logged as `hook.failed`. */
export type BusObserver = (event: BusEvent) => void;

/** One function that tells all observers, or nothing where there are none. */
export function tellAll(observers: readonly BusObserver[], logger: Logger): BusObserver | undefined {
  if (observers.length === 0) return undefined;
  return (event) => {
    for (const observer of observers) {
      try {
        observer(event);
      } catch (error) {
        logger.error(
          { event: LOG_EVENTS.hookFailed, endpoint: event.message.endpoint, ...attemptLogFields(event.message), hook: 'observer', error },
          'an observer has thrown',
        );
      }
    }
  };
}
