import { ConfigurationError, nameValue } from '@waybill/core/transport';

/** A zero byte, and half of a letter: the first the database refuses, the second it would take for another. */
const UNSTORABLE = /\0|\p{Cs}/u;

/**
 * Refuses a text by which things are told apart and which the database cannot store as it is.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function assertStorable(what: string, text: string): void {
  if (!UNSTORABLE.test(text)) return;
  const problem = `${what} is ${nameValue(text)}, with a zero byte or half of a surrogate pair, which PostgreSQL cannot store`;
  throw new ConfigurationError('OPTION_INVALID', `${problem}. Encode it, for example as base64.`, { details: { what } });
}
