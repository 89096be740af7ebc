import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions, isOptions } from '../errors/option-problems.ts';
import type { Duration } from '../runtime/duration.ts';
import { toMilliseconds } from '../runtime/duration.ts';

/** Attempts in process beyond the first, and the waits before them. Made by {@link retry}. */
export interface RetryPolicy {
  /** The most attempts beyond the first. */
  readonly retries: number;
  /** The wait before a retry, counted from 1, in milliseconds and without jitter; `undefined` gives up. Pure. */
  readonly delayMs: (retry: number, error: unknown) => number | undefined;
  /** Up to this share of the wait is added to it, by chance: 0 adds nothing, 1 up to doubles it. */
  readonly jitter: number;
}

/** What all retry policies take. */
export interface RetryOptions {
  /** The most attempts beyond the first. */
  readonly retries: number;
  /** Up to this share of a wait is added to it, by chance; from 0 to 1. @default 0 */
  readonly jitter?: number;
}

/** Makers of retry policies. Waits hold the handler's slot; for long ones there is `recovery.redeliver`. */
export interface RetryPolicies {
  /** At once. */
  immediate(retries: number): RetryPolicy;
  /** The same wait each time. */
  interval(options: RetryOptions & { readonly every: Duration }): RetryPolicy;
  /** `first`, then longer by `step` each time, at most `max`; without `max` there is no limit. */
  linear(options: RetryOptions & { readonly first: Duration; readonly step: Duration; readonly max?: Duration }): RetryPolicy;
  /** `first`, then `factor` times as long each time, at most `max`. `factor` is 2 by default; without `max` there is no limit. */
  exponential(options: RetryOptions & { readonly first: Duration; readonly factor?: number; readonly max?: Duration }): RetryPolicy;
  /** `unit` times 1, 1, 2, 3, 5, 8, …, at most `max`; without `max` there is no limit. */
  fibonacci(options: RetryOptions & { readonly unit: Duration; readonly max?: Duration }): RetryPolicy;
  /** A function of your own: the wait before the retry, counted from 1; `undefined` gives up. It must be pure. */
  custom(options: RetryOptions & { readonly delay: (retry: number, error: unknown) => Duration | undefined }): RetryPolicy;
}

const RETRY_OPTIONS: readonly string[] = ['retries', 'jitter'];

/**
 * Makes retry policies: `recovery: { retries: retry.exponential({ retries: 5, first: '100ms', max: '10s', jitter: 0.2 }) }`.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export const retry: RetryPolicies = Object.freeze({
  immediate: (retries: number) => policyOf({ retries }, () => 0),
  interval: (options: RetryOptions & { readonly every: Duration }) => {
    assertOptions('`retry.interval`', options, [...RETRY_OPTIONS, 'every']);
    const every = toMilliseconds(options.every, 'every');
    return policyOf(options, () => every);
  },
  linear: (options: RetryOptions & { readonly first: Duration; readonly step: Duration; readonly max?: Duration }) => {
    assertOptions('`retry.linear`', options, [...RETRY_OPTIONS, 'first', 'step', 'max']);
    const [first, step, max] = [toMilliseconds(options.first, 'first'), toMilliseconds(options.step, 'step'), longest(options.max)];
    return policyOf(options, (count) => Math.min(max, first + step * (count - 1)));
  },
  exponential: (options: RetryOptions & { readonly first: Duration; readonly factor?: number; readonly max?: Duration }) => {
    assertOptions('`retry.exponential`', options, [...RETRY_OPTIONS, 'first', 'factor', 'max']);
    const [first, factor, max] = [toMilliseconds(options.first, 'first'), factorOf(options.factor), longest(options.max)];
    return policyOf(options, (count) => Math.min(max, first * factor ** (count - 1)));
  },
  fibonacci: (options: RetryOptions & { readonly unit: Duration; readonly max?: Duration }) => {
    assertOptions('`retry.fibonacci`', options, [...RETRY_OPTIONS, 'unit', 'max']);
    const [unit, max] = [toMilliseconds(options.unit, 'unit'), longest(options.max)];
    return policyOf(options, (count) => Math.min(max, unit * fibonacciNumber(count)));
  },
  custom: (options: RetryOptions & { readonly delay: (retry: number, error: unknown) => Duration | undefined }) => {
    assertOptions('`retry.custom`', options, [...RETRY_OPTIONS, 'delay']);
    if (typeof options.delay !== 'function') throw invalid('delay', `\`delay\` is ${nameValue(options.delay)}. Pass a function.`);
    return policyOf(options, (count, error) => {
      const delay = options.delay(count, error);
      return delay === undefined ? undefined : toMilliseconds(delay, 'delay');
    });
  },
});

/** True for what a maker of policies has made. */
export function isPolicy(value: unknown): value is RetryPolicy {
  return isOptions(value) && typeof (value as Partial<RetryPolicy>).delayMs === 'function';
}

/** The wait with its jitter; `chance` is from 0 to 1. */
export function withJitter(delayMs: number, jitter: number, chance: number): number {
  return Math.round(delayMs * (1 + jitter * chance));
}

/** @throws ConfigurationError `OPTION_INVALID` unless it is a number from 0 to 1 */
export function assertJitter(jitter: number, option: string): number {
  if (typeof jitter === 'number' && jitter >= 0 && jitter <= 1) return jitter;
  throw invalid(option, `\`${option}\` is ${nameValue(jitter)}. Use a number from 0 to 1.`);
}

function policyOf({ retries, jitter = 0 }: RetryOptions, delayMs: RetryPolicy['delayMs']): RetryPolicy {
  if (!Number.isSafeInteger(retries) || retries < 0)
    throw invalid('retries', `\`retries\` is ${nameValue(retries)}. Use a whole number from 0.`);
  return Object.freeze({ retries, delayMs, jitter: assertJitter(jitter, 'jitter') });
}

function longest(max: Duration | undefined): number {
  return max === undefined ? Number.POSITIVE_INFINITY : toMilliseconds(max, 'max');
}

function factorOf(factor = 2): number {
  if (Number.isFinite(factor) && factor >= 1) return factor;
  throw invalid('factor', `\`factor\` is ${String(factor)}. Use a number from 1.`);
}

function fibonacciNumber(count: number): number {
  let [before, current] = [0, 1];
  for (let index = 1; index < count; index += 1) [before, current] = [current, before + current];
  return current;
}

function invalid(option: string, message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message, { details: { option } });
}
