import type { Duration } from '../runtime/duration.ts';
import { toMilliseconds } from '../runtime/duration.ts';

/** What happens to a message whose handler failed. */
export interface RecoveryOptions {
  /** Attempts in process, at once, beyond the first, each time the message is delivered. @default 0 */
  readonly retries?: number;
  /** Delays after which the message is delivered again, one after another, once the retries are used up. @default none */
  readonly redeliver?: readonly Duration[];
}

/** {@link RecoveryOptions} with everything filled in. */
export interface RecoveryPolicy {
  readonly retries: number;
  readonly redeliveryDelaysMs: readonly number[];
}

/** @throws ConfigurationError `OPTION_INVALID` */
export function resolveRecovery(options: RecoveryOptions = {}): RecoveryPolicy {
  return Object.freeze({
    retries: options.retries ?? 0,
    redeliveryDelaysMs: Object.freeze((options.redeliver ?? []).map((delay) => toMilliseconds(delay, 'recovery.redeliver'))),
  });
}
