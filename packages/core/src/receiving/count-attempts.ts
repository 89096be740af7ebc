import { HEADERS } from '../messages/headers.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

/** What happened to a message before it was delivered this time. */
export interface EarlierAttempts {
  /** Attempts that our header tells, and those that ended without a word and only the broker counted. */
  readonly attempts: number;
  /** Redeliveries that were asked for. */
  readonly redeliveries: number;
}

/**
 * Attempts so far: our header plus what the broker counted since it was written. A broker that keeps a message in place
 * counts our redeliveries too; those are in the header already.
 */
export function countAttempts({ message, attempt }: ITransportDelivery, capabilities: TransportCapabilities): EarlierAttempts {
  const counted = wholeNumber(message.headers.get(HEADERS.attempt));
  const redeliveries = wholeNumber(message.headers.get(HEADERS.redelivery));
  const known = capabilities.redeliver === 'in-place' ? redeliveries : 0;
  const unknown = attempt === undefined ? 0 : Math.max(0, attempt - 1 - known);
  return { attempts: counted + unknown, redeliveries };
}

/** A header that is no whole number counts as none. */
function wholeNumber(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
