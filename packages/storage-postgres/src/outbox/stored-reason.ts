import { chainOf } from '../postgres-errors.ts';

const MOST_REASON = 1_000;

/** A character that the encoding of the database or of the connection does not have; bytes that are none in it. */
const UNTRANSLATABLE: ReadonlySet<unknown> = new Set(['22P05', '22021']);

/** A reason as a database of UTF-8 stores it, which takes neither zero bytes nor half a letter. */
export const storableReason = (reason: string): string =>
  reason
    .slice(0, MOST_REASON)
    .replaceAll('\0', '')
    .replaceAll(/\p{Cs}/gu, '\ufffd');

/** The same as every database stores it: what is not ASCII is written as `\u{20ac}`. */
export const plainReason = (reason: string): string =>
  storableReason(reason)
    .replaceAll(/\P{ASCII}/gu, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`)
    .slice(0, MOST_REASON);

/** True where the database has refused a text because its encoding cannot hold it. */
export const isUntranslatable = (error: unknown): boolean => chainOf(error).some((one) => 'code' in one && UNTRANSLATABLE.has(one.code));
