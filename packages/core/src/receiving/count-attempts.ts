import type { MessageHeaders } from '../messages/message-headers.ts';
import { SLOTS } from '../messages/message-headers.ts';
import { wholeNumber } from '../messages/whole-number.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

/** What happened to a message before it was delivered this time. */
export interface EarlierAttempts {
  /** Attempts that our header tells, and those that only the broker counted. */
  readonly attempts: number;
  /** Redeliveries that were asked for. */
  readonly redeliveries: number;
}

const NONE: EarlierAttempts = Object.freeze({ attempts: 0, redeliveries: 0 });

/** Attempts so far: those that our header tells, which are the ones that the broker does not count, and those that it does. */
export function countAttempts(headers: MessageHeaders, { attempt }: ITransportDelivery): EarlierAttempts {
  const told = headers.at(SLOTS.attempt);
  const asked = headers.at(SLOTS.redelivery);
  if (told === undefined && asked === undefined && (attempt === undefined || attempt <= 1)) return NONE;
  return { attempts: wholeNumber(told) + Math.max(0, (attempt ?? 1) - 1), redeliveries: wholeNumber(asked) };
}

/**
 * What the header is to tell after `attempts` in all. A copy begins anew at the broker; a message that is redelivered in
 * place is counted on, so that the header tells only of what the broker has not seen.
 */
export function attemptsToTell(attempts: number, { attempt }: ITransportDelivery, { redeliver }: TransportCapabilities): number {
  return redeliver === 'in-place' ? Math.max(0, attempts - (attempt ?? 0)) : attempts;
}
