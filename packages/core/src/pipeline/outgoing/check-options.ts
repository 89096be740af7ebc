import { ConfigurationError } from '../../errors/bus-error.ts';
import { didYouMean } from '../../errors/option-problems.ts';
import { SLOTS } from '../../messages/message-headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import type { RequestOptions, SendOptions } from '../message-sender.ts';
import { NO_OPTIONS } from '../message-sender.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { Step } from '../step.ts';

/** The longest message id, correlation id, tenant id and partition key, in characters: what the smallest broker holds. */
export const MAX_ID_LENGTH = 128;

/** Refuses options that do not exist or have a value that is not allowed, before anything is done with them. */
export const checkOptions: Step<OutgoingContext> = {
  name: 'check-options',
  description: 'Refuses options that do not exist or have a value that is not allowed.',
  run: (context, next) => {
    if (context.options !== NO_OPTIONS) assertOptions(context);
    return next(context);
  },
};

/** Says what is wrong with a value, or nothing. Durations are left to those who convert them. */
type OptionCheck = (value: unknown, context: OutgoingContext) => string | undefined;

const CHECKS: Readonly<Record<keyof SendOptions | keyof RequestOptions, OptionCheck>> = {
  to: (value, { contract }) =>
    contract.kind === 'event' ? 'an event goes to its topic, and has no receiver to choose' : textProblem(value),
  messageId: textProblem,
  correlationId: textProblem,
  partitionKey: textProblem,
  tenantId: textProblem,
  delay: (_value, context) => (isRequest(context) ? 'a request leaves at once' : undefined),
  timeout: (_value, context) => (isRequest(context) ? undefined : 'only a request waits for a reply'),
  timeToLive: () => undefined,
  priority: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 9 ? undefined : 'use a whole number from 0 to 9',
  headers: (value) => (typeof value === 'object' && value !== null ? undefined : 'use a plain object or a Map'),
  signal: (value) => (isSignal(value) ? undefined : 'use an AbortSignal'),
};

const KNOWN: ReadonlyMap<string, OptionCheck> = new Map(Object.entries(CHECKS));

function assertOptions(context: OutgoingContext): void {
  const { options } = context;
  if (typeof options !== 'object' || options === null) throw invalid('options', context, 'use an object');
  for (const option in options) {
    const check = KNOWN.get(option);
    if (check === undefined) throw invalid(option, context, `there is no such option. ${didYouMean(option, Array.from(KNOWN.keys()))}`);
    const value = options[option as keyof SendOptions] as unknown;
    if (value === undefined) continue;
    const problem = check(value, context);
    if (problem !== undefined) throw invalid(option, context, problem);
  }
}

const isRequest = ({ contract, headers }: OutgoingContext): boolean => contract.hasReply && headers.at(SLOTS.replyTo) !== undefined;

function textProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return 'use a string';
  if (value === '' || value.length > MAX_ID_LENGTH) return `use 1 to ${MAX_ID_LENGTH} characters; it has ${value.length}`;
  return holdsUnsafeCharacters(value) ? 'it holds control characters or half of a surrogate pair' : undefined;
}

const isSignal = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'aborted' in value && typeof (value as AbortSignal).addEventListener === 'function';

function invalid(option: string, { contract }: OutgoingContext, problem: string): ConfigurationError {
  return new ConfigurationError(
    'OPTION_INVALID',
    `"${contract.name}" was not sent: \`${option}\` is not allowed: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`,
    {
      details: { option, contract: contract.name },
    },
  );
}
