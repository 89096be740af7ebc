import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';
import { isSignal } from '../pipeline/assert-send-options.ts';

/** The signal among the options of a call. @throws ConfigurationError `OPTION_INVALID` */
export function signalOf(method: 'start' | 'stop', options: { readonly signal?: AbortSignal }): AbortSignal | undefined {
  assertOptions(`\`bus.${method}\``, options, ['signal']);
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return signal;
  throw new ConfigurationError('OPTION_INVALID', `\`signal\` of \`bus.${method}\` is ${nameValue(signal)}. Use an AbortSignal.`, {
    details: { option: 'signal' },
  });
}
