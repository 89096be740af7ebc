import { ConfigurationError } from '../errors/bus-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { isPolicy } from './retry-policy.ts';

/**
 * What a rule does with an error. `retry`: as the policy says. A retry policy: this one instead. `redeliver`: no attempts in
 * process, on to the redeliveries. `dead-letter`: at once. `discard`: the message is settled and logged as
 * `message.discarded`; nothing else is left of it.
 */
export type ErrorAction = 'retry' | 'redeliver' | 'dead-letter' | 'discard' | RetryPolicy;

/** Which errors a rule is for: a class, a code of ours or of the platform (`ECONNRESET`), or a function. */
export type ErrorMatch = ErrorClass | ErrorCode | (string & {}) | ((error: unknown) => boolean);

/** A class of errors. */
export type ErrorClass = abstract new (...values: never[]) => Error;

/** One rule of a recovery policy. Made by {@link onError}. */
export interface ErrorRule {
  readonly matches: (error: unknown) => boolean;
  readonly action: ErrorAction;
}

/**
 * `recovery: { rules: [onError(ValidationError, 'dead-letter'), onError(isTransient, retry.immediate(5))] }`; the first that matches decides.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function onError(match: ErrorMatch, action: ErrorAction): ErrorRule {
  if (typeof match !== 'string' && typeof match !== 'function')
    throw unfit(nameValue(match), 'Name a class of errors, a code or a function.');
  if (!isPolicy(action) && !ACTIONS.includes(action))
    throw unfit(nameValue(action), `Use one of ${ACTIONS.join(', ')}, or a policy of \`retry\`.`);
  return Object.freeze({ matches: matcherOf(match), action });
}

const ACTIONS: readonly unknown[] = ['retry', 'redeliver', 'dead-letter', 'discard'];

function unfit(given: string, wayOut: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`onError\` was given ${given}. ${wayOut}`);
}

function matcherOf(match: ErrorMatch): (error: unknown) => boolean {
  if (typeof match === 'string') return (error) => codeOf(error) === match;
  if (!isErrorClass(match)) return match;
  return (error) => error instanceof match;
}

function isErrorClass(match: ErrorClass | ((error: unknown) => boolean)): match is ErrorClass {
  return match === Error || match.prototype instanceof Error;
}

/** The code of an error of ours, of the platform or of a client; `undefined` where there is none. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null ? (error as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  '40001', // serialization failure, of SQL databases
  '40P01', // deadlock
  '57P03', // cannot connect now
]);

/** True for errors that time mends: lost and refused connections, timeouts of the network, deadlocks, and ours that say `retryable`. */
export function isTransient(error: unknown): boolean {
  if (isBusError(error)) return error.details['retryable'] === true || error.radius === 'connection';
  return TRANSIENT_CODES.has(codeOf(error) ?? '');
}

/** True for errors that say that the work was given up: they are redelivered, but not tried again at once. */
export function isGivenUp(error: unknown): boolean {
  if (codeOf(error) === 'HANDLER_TIMEOUT') return true;
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
