import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import { HEADER_PREFIX } from './headers.ts';
import { holdsUnsafeCharacters } from './unsafe-characters.ts';

/** The user's own headers, as they are given at a call. */
export type UserHeaders = Readonly<Record<string, string>> | ReadonlyMap<string, string>;

const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Hands on each of the user's own headers, once it is checked.
 * @throws MessageError `HEADER_NOT_ALLOWED`; ConfigurationError `OPTION_INVALID` for what holds no headers at all
 */
export function takeHeaders(headers: UserHeaders, take: (name: string, value: string) => void): void {
  for (const entry of entriesOf(headers)) {
    if (!Array.isArray(entry)) throw notHeaders();
    const [name, value] = entry as [unknown, unknown];
    assertHeaderAllowed(name, value);
    take(name as string, value as string);
  }
}

/** The entries of a plain object, of a `Map`, and of whatever else can be walked like one. */
function entriesOf(headers: UserHeaders): Iterable<unknown> {
  if (typeof (headers as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function') return headers as Iterable<unknown>;
  const prototype = Object.getPrototypeOf(headers) as object | null;
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!isPlain) throw notHeaders();
  return Object.entries(headers);
}

const notHeaders = (): ConfigurationError =>
  new ConfigurationError('OPTION_INVALID', '`headers` is not allowed: use a plain object or a Map of strings.', {
    details: { option: 'headers' },
  });

/** Throws `HEADER_NOT_ALLOWED` unless a user may send the header. */
function assertHeaderAllowed(name: unknown, value: unknown): void {
  const reason = reasonAgainst(name, value);
  if (reason === undefined) return;
  throw new MessageError('HEADER_NOT_ALLOWED', `The header ${JSON.stringify(String(name))} is not allowed: ${reason}. Choose another.`, {
    details: { header: name },
  });
}

function reasonAgainst(name: unknown, value: unknown): string | undefined {
  if (typeof name !== 'string') return 'its name is no string';
  if (name === '' || holdsUnsafeCharacters(name)) return 'its name is empty or holds control characters';
  if (DANGEROUS.has(name)) return 'its name is dangerous to whoever puts it into an object';
  if (name.toLowerCase().startsWith(HEADER_PREFIX) || name.toLowerCase() === 'content-type') return 'its name belongs to the bus';
  if (typeof value !== 'string') return 'its value is no string';
  return holdsUnsafeCharacters(value) ? 'its value holds control characters or half of a surrogate pair' : undefined;
}
