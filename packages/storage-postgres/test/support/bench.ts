import { systemRuntime } from '@waybill/core';
import type { LeaseOptions, OutboxEntry, OutboxLease, StoreProvisioning } from '@waybill/core/persistence';
import { storeClock } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { Pool, type PoolClient } from 'pg';
import { type PostgresOptions, type PostgresStore, postgres } from '../../src/index.ts';

/** A store of a test with its own pool; both are closed with it. */
export class Bench implements AsyncDisposable {
  readonly pool: Pool;
  readonly store: PostgresStore<PoolClient>;

  private constructor(pool: Pool, store: PostgresStore<PoolClient>) {
    this.pool = pool;
    this.store = store;
  }

  /** Made, not open. */
  static make(url: string, options: Partial<PostgresOptions<PoolClient>> = {}, poolOptions: object = {}): Bench {
    const pool = new Pool({ connectionString: url, ...poolOptions });
    return new Bench(pool, postgres({ pool, ...options }));
  }

  static async open(url: string, options: Partial<PostgresOptions<PoolClient>> = {}, poolOptions: object = {}): Promise<Bench> {
    const bench = Bench.make(url, options, poolOptions);
    await bench.open();
    return bench;
  }

  open(provisioning: StoreProvisioning = 'apply'): Promise<void> {
    return this.store.open({ runtime: systemRuntime(), provisioning });
  }

  add(scope: string, ...entries: readonly OutboxEntry[]): Promise<void> {
    return this.store.transact((tx) => this.store.outbox.add(tx, scope, entries));
  }

  claim(tx: PoolClient, idempotencyKey: string): Promise<string> {
    const key = { scope: 's', endpoint: 'e', handlerId: 'h', idempotencyKey };
    return this.store.inbox.claim(tx, key, { now: storeClock }).then(({ status }) => status);
  }

  async waiting(scope: string): Promise<number> {
    const { waiting } = await this.store.outbox.status({ scope, now: storeClock });
    return waiting;
  }

  lease(scope: string, relay: string, options: Partial<LeaseOptions> = {}): Promise<OutboxLease> {
    const usual = { now: storeClock, leaseMs: 15_000, limit: 100, maxBytes: 1_000_000, except: [], mayShrink: true } as const;
    return this.store.outbox.lease({ scope, relay, ...usual, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.pool.end();
  }
}

/** An entry to the endpoint `orders` whose body is the text. */
export const entryOf = (text: string, changes: Partial<TransportEntry> = {}): OutboxEntry => ({
  entry: { destination: { kind: 'endpoint', name: 'orders' }, headers: new Map([['id', text]]), body: Buffer.from(text), ...changes },
});

/** What a promise came to: `done`, the code of the error, or its message. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return code ?? message;
  }
}

/** A promise with the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}
