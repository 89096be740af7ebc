import { isBusError } from '../errors/is-bus-error.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import { HEADERS } from '../messages/headers.ts';

/** The most characters of an error's text that go into a header. */
const MAX_ERROR_LENGTH = 8_192;

/** The headers that tell why a message stands in the dead letters. */
export function failureHeaders(failure: {
  readonly reason: DeadLetterReason;
  readonly error: unknown;
  readonly origin: string;
  readonly attempt: number;
}): ReadonlyMap<string, string> {
  return new Map([
    [HEADERS.reason, failure.reason],
    [HEADERS.error, describeError(failure.error)],
    [HEADERS.origin, failure.origin],
    [HEADERS.attempt, String(failure.attempt)],
  ]);
}

/** An error as `CODE: text`, or `Name: text` where it has no code; on one line, at most 8,192 characters. */
export function describeError(error: unknown): string {
  const text =
    error instanceof Error ? `${isBusError(error) ? error.code : error.name}: ${error.message}` : `HANDLER_FAILED: ${String(error)}`;
  return text.replaceAll(/\s+/g, ' ').slice(0, MAX_ERROR_LENGTH);
}
