import { ConfigurationError } from '../errors/bus-error.ts';
import { didYouMean } from '../errors/option-problems.ts';
import type { Contract } from '../messages/contract.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import { holdsUnsafeCharacters } from '../messages/unsafe-characters.ts';
import type { RequestOptions, SendOptions } from './message-sender.ts';

/** The longest message id, correlation id, tenant id and partition key, in characters: what the smallest broker holds. */
export const MAX_ID_LENGTH = 128;

/** Says what is wrong with a value, or nothing. Durations are left to those who convert them. */
type OptionCheck = (value: unknown, contract: Contract, isRequest: boolean) => string | undefined;

const CHECKS: Readonly<Record<keyof SendOptions | keyof RequestOptions, OptionCheck>> = {
  to: (value, { kind }) => (kind === 'event' ? 'an event goes to its topic, and has no receiver to choose' : textProblem(value)),
  messageId: textProblem,
  correlationId: textProblem,
  partitionKey: textProblem,
  tenantId: textProblem,
  delay: (_value, _contract, isRequest) => (isRequest ? 'a request leaves at once' : undefined),
  timeout: (_value, _contract, isRequest) => (isRequest ? undefined : 'only a request waits for a reply'),
  timeToLive: () => undefined,
  faultTo: (value, _contract, isRequest) => (isRequest ? 'who asks is told, by `REQUEST_FAULTED`' : endpointProblem(value)),
  priority: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 9 ? undefined : 'use a whole number from 0 to 9',
  headers: (value) => (typeof value === 'object' && value !== null ? undefined : 'use a plain object or a Map'),
  detached: (value) => (typeof value === 'boolean' ? undefined : 'use true or false'),
  signal: (value) => (isSignal(value) ? undefined : 'use an AbortSignal'),
};

const KNOWN: ReadonlyMap<string, OptionCheck> = new Map(Object.entries(CHECKS));

/**
 * Checks the options of one call.
 * @throws ConfigurationError `OPTION_INVALID` for an option that does not exist or has a value that is not allowed
 */
export function assertSendOptions(contract: Contract, options: SendOptions | RequestOptions, isRequest: boolean): void {
  if (typeof options !== 'object' || options === null) throw invalid('options', contract, 'use an object');
  for (const option in options) {
    const check = KNOWN.get(option);
    if (check === undefined) throw invalid(option, contract, `there is no such option. ${didYouMean(option, Array.from(KNOWN.keys()))}`);
    const value = (options as SendOptions)[option as keyof SendOptions] as unknown;
    if (value === undefined) continue;
    const problem = check(value, contract, isRequest);
    if (problem !== undefined) throw invalid(option, contract, problem);
  }
}

function endpointProblem(value: unknown): string | undefined {
  try {
    assertEndpointName(value as string);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'use a string';
  if (value === '' || value.length > MAX_ID_LENGTH) return `use 1 to ${MAX_ID_LENGTH} characters; it has ${value.length}`;
  return holdsUnsafeCharacters(value) ? 'it holds control characters or half of a surrogate pair' : undefined;
}

/** True for what can tell that it was aborted. */
export const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value && typeof (value as AbortSignal).addEventListener === 'function';

function invalid(option: string, contract: Contract, problem: string): ConfigurationError {
  return new ConfigurationError(
    'OPTION_INVALID',
    `"${contract.name}" was not sent: \`${option}\` is not allowed: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`,
    {
      details: { option, contract: contract.name },
    },
  );
}
