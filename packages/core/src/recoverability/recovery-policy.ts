import { ConfigurationError } from '../errors/bus-error.ts';
import type { Duration } from '../runtime/duration.ts';
import { toMilliseconds } from '../runtime/duration.ts';
import type { ErrorRule } from './error-rule.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { assertJitter, retry } from './retry-policy.ts';

/** A failed attempt that is followed by another; see {@link RecoveryOptions.onRetry}. */
export interface RetryEvent {
  readonly endpoint: string;
  readonly messageId: string;
  readonly error: unknown;
  /** The attempt that failed, from 1, over all deliveries. */
  readonly attempt: number;
  /** The wait before the next, in milliseconds, jitter included. */
  readonly delayMs: number;
  /** `in-process`: the slot waits. `redelivery`: the broker brings the message again. */
  readonly kind: 'in-process' | 'redelivery';
}

/** What happens to a message whose handler failed. */
export interface RecoveryOptions {
  /** Attempts in process beyond the first, each time the message is delivered: how many, at once, or a policy of {@link retry}. @default 0 */
  readonly retries?: number | RetryPolicy;
  /** Delays after which the message is delivered again, one after another, once the retries are used up. The slot is free meanwhile. @default none */
  readonly redeliver?: readonly Duration[];
  /** Up to this share of a delay of `redeliver` is added to it, by chance; from 0 to 1. Where the broker knows only listed delays, nothing. @default 0 */
  readonly jitter?: number;
  /** What is done about which errors; the first rule that matches decides. @default every error is retried, an aborted one is redelivered */
  readonly rules?: readonly ErrorRule[];
  /** Told of each failed attempt that is followed by another. What it throws is logged and changes nothing. */
  readonly onRetry?: (event: RetryEvent) => void;
}

/** {@link RecoveryOptions} with everything filled in. */
export interface RecoveryPolicy {
  readonly retries: RetryPolicy;
  readonly redeliveryDelaysMs: readonly number[];
  readonly jitter: number;
  readonly rules: readonly ErrorRule[];
  readonly onRetry: ((event: RetryEvent) => void) | undefined;
}

const KNOWN_OPTIONS: readonly string[] = ['retries', 'redeliver', 'jitter', 'rules', 'onRetry'];

/** @throws ConfigurationError `OPTION_INVALID` */
export function resolveRecovery(options: RecoveryOptions = {}): RecoveryPolicy {
  const unknown = Object.keys(options).find((key) => !KNOWN_OPTIONS.includes(key));
  if (unknown !== undefined)
    throw new ConfigurationError('OPTION_INVALID', `Unknown option \`recovery.${unknown}\`. Known are: ${KNOWN_OPTIONS.join(', ')}.`, {
      details: { option: `recovery.${unknown}` },
    });
  const { retries = 0 } = options;
  return Object.freeze({
    retries: typeof retries === 'number' ? retry.immediate(retries) : retries,
    redeliveryDelaysMs: Object.freeze((options.redeliver ?? []).map((delay) => toMilliseconds(delay, 'recovery.redeliver'))),
    jitter: assertJitter(options.jitter ?? 0, 'recovery.jitter'),
    rules: options.rules ?? [],
    onRetry: options.onRetry,
  });
}
