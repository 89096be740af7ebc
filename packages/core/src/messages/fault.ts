import type { Contract, Event, InputOf } from './contract.ts';
import { defineEvent } from './define-contract.ts';
import type { DeadLetterReason } from './headers.ts';

/** One error behind a fault. */
export interface FaultError {
  readonly name: string;
  /** The code of an error that has one. */
  readonly code: string | undefined;
  /** At most 2,048 characters. */
  readonly message: string;
  /** At most 4,096 characters; left out where the fault would be too large for the broker. */
  readonly stack: string | undefined;
}

/**
 * What is told when a message is given up. It goes to the endpoint in `faultTo`, else to who waits for the reply, else to
 * all that handle {@link Fault}. The message itself stands in the dead letters of `endpoint`.
 */
export interface Fault<Message = unknown> {
  readonly reason: DeadLetterReason;
  /** The endpoint that gave it up. */
  readonly endpoint: string;
  /** How often handling was tried. */
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly failedAt: string;
  readonly messageId: string;
  /** The name of its contract on the wire; `undefined` where it had none. */
  readonly messageName: string | undefined;
  /** The message as it was sent; `undefined` where it could not be read, or would be too large for the broker. */
  readonly message: Message | undefined;
  /** The error, or those of several handlers. */
  readonly errors: readonly FaultError[];
}

/**
 * The event of faults: handle it to hear of every message that a service gave up and that named nobody else to be told. All
 * faults go to one topic, `waybill.faults`, whatever their messages; the header `waybill-faulted` names the contract.
 */
export const Fault: Event<Fault> = defineEvent('waybill.fault');

/** The topic of all faults. */
export const FAULT_TOPIC = 'waybill.faults';

/** True for a fault of a message of that contract: what it holds has the type of what was sent. */
export function isFaultOf<C extends Contract>(fault: Fault, contract: C): fault is Fault<InputOf<C>> {
  return fault.messageName === contract.name;
}

/** The topic of an event: that of its own name, and one for all faults. */
export function topicOf(event: Contract): string {
  return event.name === Fault.name ? FAULT_TOPIC : event.name;
}
