import type { Runtime } from '@waybill/core/transport';
import { unavailable } from '../postgres-errors.ts';
import type { PgConnection, PgPool } from './pg-client.ts';

/** Options of {@link acquire}. */
export interface AcquireOptions {
  readonly timeoutMs: number;
  readonly runtime: Runtime;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A connection of the pool. One that comes too late goes back.
 * @throws StoreError `STORE_UNAVAILABLE` where none comes in time; the signal's reason
 */
export async function acquire<Client extends PgConnection>(pool: PgPool<Client>, options: AcquireOptions): Promise<Client> {
  const { timeoutMs, runtime, signal } = options;
  signal?.throwIfAborted();
  const arriving = pool.connect();
  const late = new AbortController();
  const waiting = runtime.sleep(timeoutMs, AbortSignal.any(signal === undefined ? [late.signal] : [late.signal, signal])).then(() => {
    throw unavailable(`the pool gave no connection within ${timeoutMs} ms`, undefined);
  });
  try {
    return await Promise.race([arriving.catch(refused), waiting]);
  } catch (error) {
    arriving.then(
      (client) => client.release(),
      () => {},
    );
    throw error;
  } finally {
    waiting.catch(() => {});
    late.abort();
  }
}

function refused(error: unknown): never {
  throw unavailable('no connection', error);
}
