import { isBusError } from '../errors/is-bus-error.ts';

/**
 * Codes of SQL for what the database is not to blame for: values and sizes that it never takes (classes 22 and 54), and a transaction that
 * a statement of the handler has spoiled (25P02), or that was open for too long (25P03, 25P04).
 */
const NOT_OF_DATABASE = /^(?:22...|54...|25P0[234])$/;
const DEEPEST = 10;

/**
 * Whom a failed statement of the store itself is laid to. True for the database: timeouts, rights, a missing table, a server that only reads;
 * it may be mended while the message waits. False for the message and its handler: that fails the next time as well.
 */
export function isOfDatabase(error: unknown): boolean {
  let one = error;
  for (let depth = 0; one instanceof Error && depth < DEEPEST; depth += 1) {
    if (isBusError(one) || one instanceof TypeError || one instanceof RangeError) return false;
    if ('code' in one && typeof one.code === 'string' && NOT_OF_DATABASE.test(one.code)) return false;
    one = one.cause;
  }
  return true;
}
