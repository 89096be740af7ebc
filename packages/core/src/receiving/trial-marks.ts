import { HEADERS } from '../messages/headers.ts';
import { MessageHeaders, SLOTS } from '../messages/message-headers.ts';
import type { TrialMark } from '../recoverability/decide-trial.ts';
import { writeTrialMark } from '../recoverability/decide-trial.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';

/** The text of the mark that a delivery carries. Asked of every message. */
export function trialMarkOf({ message: { headers } }: ITransportDelivery): string | undefined {
  return headers instanceof MessageHeaders ? headers.at(SLOTS.trial) : headers.get(HEADERS.trial);
}

/** The mark for what comes again by `redeliver`: a copy begins anew at the broker, in place it is counted on. */
export function nextTrialMark(
  mark: Omit<TrialMark, 'deliveries'>,
  { attempt }: ITransportDelivery,
  { redeliver }: TransportCapabilities,
): string {
  return writeTrialMark({ ...mark, deliveries: redeliver === 'in-place' ? (attempt ?? 0) + 1 : 1 });
}
