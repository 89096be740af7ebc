import type { BusinessData, StoreFaults, StoreHarness } from '@waybill/conformance';
import type { IStore } from '@waybill/core/persistence';
import { type ProxiedConnection, type StreamTap, TcpProxy } from '@waybill/fault-kit';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { businessData, isCounted, MAKE_BUSINESS_TABLE } from './support/business-data.ts';
import type { AnyWay } from './support/way.ts';

/** What the stores send and have open: their own pools are made like the one they are given. */
interface Watch {
  statements: number;
  readonly connections: Set<PoolClient>;
}

/** A pool that counts, and all that are made like it. */
function watchedPool(watch: Watch, config: PoolConfig): Pool {
  class WatchedPool extends Pool {
    constructor(options: PoolConfig) {
      super(options);
      this.on('connect', (client) => {
        const queried = client as unknown as { query: (...given: unknown[]) => unknown };
        const before = queried.query;
        queried.query = (...given) => {
          const query = given[0] as string | { readonly text: string };
          if (isCounted(typeof query === 'string' ? query : query.text)) watch.statements += 1;
          return Reflect.apply(before, client, given);
        };
        if (this !== shared) watch.connections.add(client);
      });
      this.on('remove', (client) => watch.connections.delete(client));
    }
  }
  const shared = new WatchedPool(config);
  return shared;
}

/** One database; all stores reach it through a proxy, and share the pool of the application. What their handlers get is the way's. */
export class PostgresHarness implements StoreHarness, AsyncDisposable {
  readonly tellsOthers = true;
  readonly data: BusinessData<unknown>;
  readonly faults: StoreFaults<unknown>;
  readonly #watch: Watch = { statements: 0, connections: new Set() };
  readonly #pool: Pool;
  readonly #admin: Pool;
  readonly #commits: LostCommits;
  readonly #proxy: TcpProxy;
  readonly #way: AnyWay;

  private constructor(url: string, way: AnyWay, proxy: TcpProxy, commits: LostCommits) {
    this.#way = way;
    this.#proxy = proxy;
    this.#commits = commits;
    this.#admin = new Pool({ connectionString: url, max: 2 });
    this.#pool = watchedPool(this.#watch, { connectionString: proxy.url, max: 40 });
    this.data = businessData(way.sql);
    this.faults = {
      breakConnection: async (tx) => {
        const [row] = await way.sql(tx)`/* data */ select pg_backend_pid() as pid`;
        await this.#admin.query('select pg_terminate_backend($1)', [row?.['pid']]);
      },
      loseCommit: async (isStored) => this.#commits.loseNext(isStored),
      goAway: async () => {
        const refusal = this.#proxy.refuse();
        this.#proxy.reset();
        return async () => refusal.end();
      },
    };
  }

  static async open(url: string, way: AnyWay): Promise<PostgresHarness> {
    const commits = new LostCommits();
    const proxy = await TcpProxy.open(url, { tap: (connection) => commits.tap(connection) });
    const harness = new PostgresHarness(url, way, proxy, commits);
    await harness.#admin.query(MAKE_BUSINESS_TABLE);
    return harness;
  }

  create(): IStore {
    return this.#way.store({ pool: this.#pool, acquireTimeout: '3s' });
  }

  statements(): number {
    return this.#watch.statements;
  }

  leftovers(): readonly string[] {
    return Array.from(this.#watch.connections, () => 'a connection of a store');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end();
    await this.#admin.end();
    await this.#proxy[Symbol.asyncDispose]();
  }
}

const COMMIT = Buffer.from('commit\0');
const NOTHING = Buffer.alloc(0);

/** Cuts the connection of the next COMMIT: before it reaches the server, or before its answer reaches the client. */
class LostCommits {
  #next: 'stored' | 'lost' | undefined;

  loseNext(isStored: boolean): void {
    this.#next = isStored ? 'stored' : 'lost';
  }

  tap(connection: ProxiedConnection): StreamTap {
    let isDeaf = false;
    const cut = (): Buffer => {
      setImmediate(() => connection.reset());
      return NOTHING;
    };
    return {
      up: (bytes) => {
        const how = bytes.includes(COMMIT) ? this.#next : undefined;
        if (how === undefined) return bytes;
        this.#next = undefined;
        if (how === 'lost') return cut();
        isDeaf = true;
        return bytes;
      },
      down: (bytes) => (isDeaf ? cut() : bytes),
    };
  }
}
