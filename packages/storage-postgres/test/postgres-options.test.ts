import { isBusError } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import { type PostgresOptions, postgres, printMigrations } from '../src/index.ts';

const pool = { connect: () => {}, on: () => {}, removeListener: () => {}, end: () => {} };

function refusal(options: unknown): string {
  try {
    postgres(options as PostgresOptions);
  } catch (error) {
    if (isBusError(error, 'OPTION_INVALID')) return (error as Error).message;
    throw error;
  }
  return 'taken';
}

describe('the options of postgres', () => {
  it.each([
    ['an unknown name', { pool, shema: 'x' }, '`shema` is no option of `postgres`. Did you mean `schema`?'],
    ['no pool', {}, '`postgres`: `pool` is undefined. Pass a `Pool` of `pg`.'],
    ['a pool that is none', { pool: {} }, '`postgres`: `pool` is an object. Pass a `Pool` of `pg`.'],
    ['transactions that are none', { pool, transactions: {} }, '`drizzle(db)` or `kysely(db)`'],
    ['no time to wait', { pool, acquireTimeout: 0 }, '`acquireTimeout` is 0'],
    ['a notify that is no boolean', { pool, notify: 'yes' }, '`notify` is "yes"'],
  ])('refuse %s', (_what, options, message) => {
    expect(refusal(options)).toContain(message);
  });

  it.each(['', '1a', 'a-b', 'a.b', 'Waybill', 'a"; drop table x; --', 'a\0b', "a'b", 'pg_catalog', 'a'.repeat(64), 'ä', 5, null])(
    'refuse %j as the name of a schema, and never put it into a statement',
    (schema) => {
      expect(refusal({ pool, schema })).toContain('`schema` is');
      expect(() => printMigrations(schema as string)).toThrow('`schema` is');
    },
  );

  it('take a name of 63 letters', () => {
    expect(refusal({ pool, schema: 'a'.repeat(63) })).toBe('taken');
  });
});
