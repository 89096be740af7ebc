import { isBusError } from '../errors/is-bus-error.ts';
import type { DeadLetterReason } from '../messages/headers.ts';
import { HEADERS } from '../messages/headers.ts';
import { isoTime } from '../messages/iso-time.ts';
import { utf8Length } from '../messages/message-headers.ts';
import { plainText } from '../messages/plain-text.ts';

/** The most characters of an error's text that go into a header. */
const MAX_ERROR_LENGTH = 8_192;

/** What a dead letter says about its end. */
export interface FinalFailure {
  /** Headers that the message came without, and that are kept. */
  readonly missing?: readonly (readonly [string, string])[];
  readonly reason: DeadLetterReason;
  readonly error: unknown;
  readonly origin: string;
  readonly attempt: number;
  /** When it was given up; epoch milliseconds. */
  readonly failedAt: number;
  /** What all headers together may weigh, and what those of the message weigh already, in bytes. */
  readonly maxHeaderBytes: number;
  readonly headerBytes: number;
}

/** The headers that tell why a message stands in the dead letters. The error's text is cut to what the broker takes. */
export function failureHeaders(failure: FinalFailure): ReadonlyMap<string, string> {
  const headers = new Map<string, string>([
    ...(failure.missing ?? []),
    [HEADERS.reason, failure.reason],
    [HEADERS.origin, failure.origin],
    [HEADERS.attempt, String(failure.attempt)],
    [HEADERS.failedAt, isoTime(failure.failedAt)],
  ]);
  let weight = failure.headerBytes + utf8Length(HEADERS.error);
  for (const [name, value] of headers) weight += utf8Length(name) + utf8Length(value);
  const text = cutToBytes(describeError(failure.error), failure.maxHeaderBytes - weight);
  return text === '' ? headers : headers.set(HEADERS.error, text);
}

/** An error as `CODE: text`, or `Name: text` where it has no code; on one line, without control characters, at most 8,192 characters. Never throws. */
export function describeError(error: unknown): string {
  try {
    const text =
      error instanceof Error
        ? `${isBusError(error) ? error.code : String(error.name)}: ${String(error.message)}`
        : `HANDLER_FAILED: ${String(error)}`;
    return plainText(text.slice(0, 2 * MAX_ERROR_LENGTH))
      .replaceAll(/\s+/g, ' ')
      .slice(0, MAX_ERROR_LENGTH);
  } catch {
    return 'HANDLER_FAILED: something was thrown that cannot be printed';
  }
}

/** The longest beginning of a text that weighs no more than that many bytes; nothing where there is no room. */
function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  for (let weight = utf8Length(cut); weight > bytes; weight = utf8Length(cut)) {
    if (bytes <= 0) return '';
    cut = cut.slice(0, Math.min(cut.length - 1, Math.floor((cut.length * bytes) / weight)));
  }
  return cut;
}
