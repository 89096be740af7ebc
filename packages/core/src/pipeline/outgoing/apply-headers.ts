import { MessageError } from '../../errors/bus-error.ts';
import { HEADER_PREFIX } from '../../messages/headers.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { Step } from '../step.ts';

const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Takes over the user's own headers, once each is checked. */
export const applyHeaders: Step<OutgoingContext> = {
  name: 'apply-headers',
  description: "Checks the user's own headers and takes them over.",
  run: (context, next) => {
    const own = context.options.headers;
    if (own === undefined) return next(context);
    const entries: Iterable<[string, unknown]> = own instanceof Map ? own.entries() : Object.entries(own);
    for (const [name, value] of entries) {
      assertHeaderAllowed(name, value);
      context.headers.set(name, value as string);
    }
    return next(context);
  },
};

/** Throws `HEADER_NOT_ALLOWED` unless a user may send the header. */
function assertHeaderAllowed(name: string, value: unknown): void {
  const reason = reasonAgainst(name, value);
  if (reason === undefined) return;
  throw new MessageError('HEADER_NOT_ALLOWED', `The header ${JSON.stringify(name)} is not allowed: ${reason}. Choose another.`, {
    details: { header: name },
  });
}

function reasonAgainst(name: string, value: unknown): string | undefined {
  if (name === '' || CONTROL.test(name)) return 'its name is empty or holds control characters';
  if (DANGEROUS.has(name)) return 'its name is dangerous to whoever puts it into an object';
  if (name.toLowerCase().startsWith(HEADER_PREFIX) || name.toLowerCase() === 'content-type') return 'its name belongs to the bus';
  if (typeof value !== 'string') return 'its value is no string';
  return CONTROL.test(value) ? 'its value holds control characters' : undefined;
}
