import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions, isOptions } from '../errors/option-problems.ts';
import type { Duration } from '../runtime/duration.ts';
import { toMilliseconds } from '../runtime/duration.ts';
import type { ErrorRule } from './error-rule.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { assertJitter, isPolicy, retry } from './retry-policy.ts';

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
  /**
   * A message that came back so many times without an end, because processes or connections ended, is handled alone; if it comes back from
   * there three times, it is dead-lettered as `crashed`. So it ends at most three processes more. 0 or `false`: nobody looks, and it comes again
   * for ever. Where the broker tells of no earlier deliveries, and at passive endpoints, nobody can. @default 3
   */
  readonly maxCrashes?: number | false;
  /** Told of each failed attempt that is followed by another. What it throws is logged and changes nothing. @default nobody */
  readonly onRetry?: (event: RetryEvent) => void;
}

/** {@link RecoveryOptions} with everything filled in. */
export interface RecoveryPolicy {
  readonly retries: RetryPolicy;
  readonly redeliveryDelaysMs: readonly number[];
  readonly jitter: number;
  readonly rules: readonly ErrorRule[];
  /** So many returns make a suspect; 0 when nobody looks. */
  readonly maxCrashes: number;
  readonly onRetry: ((event: RetryEvent) => void) | undefined;
}

const KNOWN_OPTIONS: readonly string[] = Object.keys({
  retries: true,
  redeliver: true,
  jitter: true,
  rules: true,
  maxCrashes: true,
  onRetry: true,
} satisfies Record<keyof RecoveryOptions, true>);

const DEFAULT_MAX_CRASHES = 3;

/** @throws ConfigurationError `OPTION_INVALID` */
export function resolveRecovery(options: RecoveryOptions = {}): RecoveryPolicy {
  assertOptions('`recovery`', options, KNOWN_OPTIONS);
  const { retries = 0, redeliver = [], rules = [], onRetry } = options;
  assertShape('retries', retries, typeof retries === 'number' || isPolicy(retries), 'Use a whole number, or a policy of `retry`.');
  assertShape('redeliver', redeliver, Array.isArray(redeliver), "List the delays: `['10s', '1m']`.");
  assertShape('rules', rules, Array.isArray(rules) && rules.every(isRule), 'List rules that `onError` has made.');
  assertShape('onRetry', onRetry, onRetry === undefined || typeof onRetry === 'function', 'Pass a function: `(event) => …`.');
  return Object.freeze({
    retries: typeof retries === 'number' ? retry.immediate(retries) : retries,
    redeliveryDelaysMs: Object.freeze(redeliver.map((delay) => toMilliseconds(delay, 'recovery.redeliver'))),
    jitter: assertJitter(options.jitter ?? 0, 'recovery.jitter'),
    rules,
    maxCrashes: resolveMaxCrashes(options.maxCrashes),
    onRetry,
  });
}

function assertShape(option: string, value: unknown, fits: boolean, wayOut: string): void {
  if (fits) return;
  throw new ConfigurationError('OPTION_INVALID', `\`recovery.${option}\` is ${nameValue(value)}, which does not fit. ${wayOut}`, {
    details: { option: `recovery.${option}` },
  });
}

function resolveMaxCrashes(maxCrashes: number | false = DEFAULT_MAX_CRASHES): number {
  const count = maxCrashes === false ? 0 : maxCrashes;
  assertShape('maxCrashes', count, Number.isSafeInteger(count) && count >= 0, 'Use a whole number from 0, or false.');
  return count;
}

function isRule(rule: unknown): boolean {
  return isOptions(rule) && typeof (rule as Partial<ErrorRule>).matches === 'function';
}
