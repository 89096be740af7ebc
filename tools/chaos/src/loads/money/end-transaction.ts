import { isBusError } from '@waybill/core';
import type { Pool, PoolClient } from 'pg';

import type { SendEnd } from '../../history/fact.ts';
import type { ConnectedStore } from '../../stores/store.ts';

/** What whoever ran a transaction knows of it: `accepted` is committed, `rejected` rolled back. */
export interface TransactionEnd {
  readonly as: SendEnd;
  readonly code?: string;
}

/** Thrown in a transaction that is to be rolled back. */
export class ChangeOfMind extends Error {}

export type Work = (client: PoolClient) => Promise<void>;

/** Runs it in a transaction of the store. */
export async function byStore({ store }: ConnectedStore, work: Work): Promise<TransactionEnd> {
  try {
    await store.transact(work);
    return { as: 'accepted' };
  } catch (error) {
    const code = codeOf(error);
    return { as: code === 'TRANSACTION_OUTCOME_UNKNOWN' ? 'unknown' : 'rejected', code };
  }
}

/** Runs it in a transaction of its own, as somebody does who knows nothing of stores. */
export async function byHand({ pool }: ConnectedStore, work: Work): Promise<TransactionEnd> {
  let client: PoolClient;
  try {
    client = await connect(pool);
  } catch (error) {
    return { as: 'rejected', code: codeOf(error) };
  }
  const end = await runByHand(client, work);
  client.removeAllListeners('error');
  client.release(end.code !== undefined);
  return end;
}

async function runByHand(client: PoolClient, work: Work): Promise<TransactionEnd> {
  try {
    await client.query('begin');
    await work(client);
  } catch (error) {
    return { as: 'rejected', code: codeOf(error) }; // the connection is closed, and with it the transaction
  }
  try {
    await client.query('commit');
    return { as: 'accepted' };
  } catch (error) {
    return { as: 'unknown', code: `COMMIT: ${codeOf(error)}` };
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  const client = await pool.connect();
  client.on('error', () => {}); // the next statement says so
  return client;
}

function codeOf(error: unknown): string {
  if (error instanceof ChangeOfMind) return 'changed its mind';
  if (isBusError(error)) return error.code;
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  return typeof code === 'string' ? code : (message ?? String(error));
}
