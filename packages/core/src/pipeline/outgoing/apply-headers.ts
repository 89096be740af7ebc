import { ConfigurationError, MessageError } from '../../errors/bus-error.ts';
import { HEADER_PREFIX } from '../../messages/headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import type { SendOptions } from '../message-sender.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { Step } from '../step.ts';

const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Takes over the user's own headers, once each is checked. */
export const applyHeaders: Step<OutgoingContext> = {
  name: 'apply-headers',
  description: "Checks the user's own headers and takes them over.",
  run: (context, next) => {
    const own = context.options.headers;
    if (own === undefined) return next(context);
    for (const entry of entriesOf(own)) {
      if (!Array.isArray(entry)) throw notHeaders();
      const [name, value] = entry as [unknown, unknown];
      assertHeaderAllowed(name, value);
      context.headers.set(name as string, value as string);
    }
    return next(context);
  },
};

/** The entries of a plain object, of a `Map`, and of whatever else can be walked like one. */
function entriesOf(headers: NonNullable<SendOptions['headers']>): Iterable<unknown> {
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
