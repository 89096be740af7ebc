import { describe, expect, it, vi } from 'vitest';
import { backgroundPoolOf } from '../src/pg/background-pool.ts';
import type { PgPool } from '../src/pg/pg-client.ts';

/** Shows what it was made with, as a `Pool` of `pg` does. */
class ShownPool {
  readonly options: Readonly<Record<string, unknown>>;

  constructor(options: Readonly<Record<string, unknown>>) {
    this.options = options;
  }

  on(): void {}
}

const madeOf = (options: Readonly<Record<string, unknown>>, isDirect = true): Readonly<Record<string, unknown>> =>
  backgroundPoolOf(new ShownPool(options) as unknown as PgPool, isDirect).options as Readonly<Record<string, unknown>>;

describe('the own pool', () => {
  it('keeps its settings where the connection string has others, and all else that stands there', () => {
    const connectionString =
      'postgres://me:a%20b@here:5432/db?options=-c%20geqo%3Doff&query_timeout=300&statement_timeout=5&sslmode=require&application_name=app';
    const made = madeOf({ connectionString });
    expect(made['connectionString']).toBe('postgres://me:a%20b@here:5432/db?sslmode=require');
    expect(made['options']).toMatch(/^-c geqo=off .*-c plan_cache_mode=force_generic_plan/);
    expect(made).toMatchObject({ query_timeout: undefined, statement_timeout: 30_000, application_name: 'waybill' });
  });

  it('leaves a connection string alone that has none of them', () => {
    expect(madeOf({ connectionString: 'postgres://here/db' })['connectionString']).toBe('postgres://here/db');
  });

  it('adds its settings to those of the options, or of the environment', () => {
    expect(madeOf({ options: '-c geqo=off' })['options']).toMatch(/^-c geqo=off .*plan_cache_mode/);
    vi.stubEnv('PGOPTIONS', 'endpoint=one');
    expect(madeOf({})['options']).toMatch(/^endpoint=one -c plan_cache_mode/);
    vi.unstubAllEnvs();
    expect(madeOf({})['options']).toMatch(/^-c plan_cache_mode/);
  });

  it('is not stricter than its statements need, whatever is asked for elsewhere', () => {
    const { options } = madeOf({ options: '-c default_transaction_isolation=serializable' });
    expect(options).toMatch(/ -c default_transaction_isolation=read\\ committed$/);
  });

  it('sets nothing of a session through a pooler, which refuses it', () => {
    const made = madeOf({ connectionString: 'postgres://here/db?options=-c%20geqo%3Doff' }, false);
    expect(made['connectionString']).toBe('postgres://here/db?options=-c+geqo%3Doff');
    expect(made).not.toHaveProperty('options');
  });
});
