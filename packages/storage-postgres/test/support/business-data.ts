import type { BusinessData } from '@waybill/conformance';
import type { RunSql } from './way.ts';

export const MAKE_BUSINESS_TABLE = 'create table business (key text primary key, value text not null)';

/** What belongs to a transaction, the notice after its commit too, which comes at any moment; and the data of the tests. */
const NOT_COUNTED = /^\s*(begin|start transaction|commit|rollback|listen|unlisten|select pg_notify|\/\* data)/i;

/** Whether a statement is one that the suite counts. */
export const isCounted = (text: string): boolean => !NOT_COUNTED.test(text);

/** The table of the application, in the transactions of a store. */
export const businessData = <Tx>(sqlOf: (tx: Tx) => RunSql): BusinessData<Tx> => ({
  set: async (tx, key, value) => {
    await sqlOf(tx)`/* data */ insert into business values (${key}, ${value}) on conflict (key) do update set value = excluded.value`;
  },
  get: async (tx, key) => {
    const [row] = await sqlOf(tx)`/* data */ select value from business where key = ${key}`;
    return row?.['value'] as string | undefined;
  },
  fail: async (tx) => {
    await sqlOf(tx)`/* data */ select 1 / 0`;
    throw new Error('the database divides by zero');
  },
});
