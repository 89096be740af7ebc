import { systemRuntime } from '@waybill/core';
import { type IStore, storeClock } from '@waybill/core/persistence';
import { type OwnNodeOf, startOwn } from '@waybill/servers';
import { postgres } from '@waybill/storage-postgres';
import { Pool, type PoolClient } from 'pg';

import { openAccounts } from '../loads/money/accounts.ts';
import { SCOPE } from './scope.ts';
import type { ChaosDatabase, ChaosStore } from './store.ts';

/** More than the handlers of a process that run at once. */
const MOST_CONNECTIONS = 20;
const CONNECT_MS = 3_000;
/** A statement of the business that is not answered is given up. */
const QUERY_MS = 12_000;
/** So long a process that stands still may keep what it has locked; longer than it is ever frozen. */
const IDLE_IN_TRANSACTION_MS = 15_000;

export const postgresChaos: ChaosStore = {
  connect: ({ url, name }) => {
    const pool = new Pool({
      connectionString: url,
      application_name: name,
      max: MOST_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    });
    pool.on('error', () => {}); // a connection that ends while nobody uses it is replaced
    return { pool, store: postgres({ pool }) };
  },
  startDatabase: async () => postgresDatabase(await startOwn('postgres')),
};

/** A node that was started by somebody for this run. */
export function postgresDatabase(node: OwnNodeOf<'postgres'>): ChaosDatabase {
  const { pool, store } = postgresChaos.connect({ url: node.url, name: 'chaos' });
  return {
    control: node,
    title: `PostgreSQL ${node.version}`,
    url: node.url,
    ends: { 'restart-database': () => node.stop('fast'), 'crash-database': () => node.stop('immediate') },
    prepare: async () => {
      await store.open({ runtime: systemRuntime(), provisioning: 'apply' });
      await openAccounts(pool);
    },
    left: () => leftIn(store),
    closeSessions: () => node.closeConnections(),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await pool.end();
      await node[Symbol.asyncDispose]();
    },
  };
}

async function leftIn(store: IStore<PoolClient>): Promise<ReadonlyMap<string, number>> {
  const { waiting, delayed, held } = await store.outbox.status({ scope: SCOPE, now: storeClock });
  return new Map(Object.entries({ 'outbox, waiting': waiting, 'outbox, delayed': delayed, 'outbox, held': held }));
}
