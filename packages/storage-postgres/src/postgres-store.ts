import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  FacetKey,
  IInboxStore,
  IOutboxStore,
  IStore,
  StoreOpenOptions,
  StoreProvisioning,
  TransactOptions,
} from '@waybill/core/persistence';
import { StoreError, unlessAborted } from '@waybill/core/persistence';
import type { Runtime } from '@waybill/core/transport';
import type { BackgroundDatabase, PostgresTransactions } from './database.ts';
import { PostgresInboxStore } from './inbox/postgres-inbox-store.ts';
import { AddedNotices } from './outbox/added-notices.ts';
import { PostgresOutboxStore } from './outbox/postgres-outbox-store.ts';
import { conflict, isConflict, unavailable } from './postgres-errors.ts';
import { type SchemaStatus, migrate, refuseUnusable, schemaStatus } from './schema/migrate.ts';
import { channelOf, quotedSchema } from './schema/names.ts';

/** A store on PostgreSQL: outbox and inbox in the transaction of the service. */
export interface PostgresStore<Tx> extends IStore<Tx> {
  /**
   * Makes or upgrades the tables, one process at a time; for deployments. The store need not be open.
   * @throws ConfigurationError `STORE_SCHEMA_DIFFERS` for tables of a later version that this one cannot use; StoreError `STORE_UNAVAILABLE`
   */
  migrate(): Promise<SchemaStatus>;
  /** Where the tables are; changes nothing. @throws StoreError `STORE_UNAVAILABLE` */
  schemaStatus(): Promise<SchemaStatus>;
}

/** What a store is made of. */
export interface StoreParts<Tx> {
  readonly schema: string;
  readonly notify: boolean;
  readonly acquireTimeoutMs: number;
  readonly transactions: PostgresTransactions<Tx>;
  readonly background: BackgroundDatabase;
  readonly runtime: Runtime;
  /** See `TransactionSettings`. */
  readonly giveBack?: (failure: unknown) => void;
  /** What is to be told of transactions that the application begins by itself, while the store is open. Returns what ends it. */
  readonly watch?: (transactions: OpenTransactions) => () => void;
}

/** Finds the transaction that something runs in. */
export interface OpenTransactions {
  getStore(): OpenTransaction | undefined;
  enterWith(transaction: OpenTransaction): void;
}

/** A transaction in the asynchronous context of which something runs. */
export interface OpenTransaction {
  isOpen: boolean;
  /** Given for one that the store itself commits: it, and the scopes whose outbox it has added to. */
  readonly own?: { readonly tx: unknown; readonly added: Set<string> };
}

const ISOLATIONS = Object.freeze({
  'read-committed': 'read committed',
  'repeatable-read': 'repeatable read',
  serializable: 'serializable',
} as const);

/** The store, over whatever runs its transactions and statements. */
export class StoreOnPostgres<Tx> implements PostgresStore<Tx> {
  readonly name: string = 'postgres';
  readonly durable: boolean = true;
  readonly outbox: IOutboxStore<Tx>;
  readonly inbox: IInboxStore<Tx>;
  readonly #parts: StoreParts<Tx>;
  readonly #notices: AddedNotices;
  readonly #open = new AsyncLocalStorage<OpenTransaction>();
  #opens = 0;
  #unwatch: (() => void) | undefined;

  constructor(parts: StoreParts<Tx>) {
    const { transactions, schema: name, notify, runtime } = parts;
    const schema = quotedSchema(name);
    const background = this.#whileOpen(parts.background);
    this.#parts = parts;
    this.#notices = new AddedNotices({ background, channel: channelOf(name), isOn: notify });
    const addedBy = (tx: Tx): Set<string> | undefined => {
      const current = this.#open.getStore();
      // the context outlives the transaction, and so does the connection, which the application may begin another one on
      return current?.isOpen === true && current.own?.tx === tx ? current.own.added : undefined;
    };
    const random = (): number => runtime.random();
    this.outbox = new PostgresOutboxStore({ transactions, background, schema, notices: this.#notices, random, addedBy });
    this.inbox = new PostgresInboxStore(transactions, background, schema);
  }

  async open({ provisioning, signal }: StoreOpenOptions): Promise<void> {
    signal?.throwIfAborted();
    this.#opens += 1;
    try {
      await unlessAborted(this.#provision(provisioning), signal);
      this.#unwatch ??= this.#parts.watch?.(this.#open);
      this.#notices.open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    if (this.#opens === 0) return;
    this.#opens -= 1;
    if (this.#opens > 0) return;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#notices.close();
    await this.#parts.background.close();
  }

  async transact<Result>(work: (tx: Tx) => Promise<Result>, options: TransactOptions = {}): Promise<Result> {
    this.#assertOpen();
    const { isolation = 'read-committed', signal } = options;
    signal?.throwIfAborted();
    const { acquireTimeoutMs, giveBack } = this.#parts;
    const settings = { isolation: ISOLATIONS[isolation], acquireTimeoutMs, signal, ...(giveBack === undefined ? {} : { giveBack }) };
    const added = new Set<string>();
    try {
      const result = await this.#parts.transactions.run((tx) => this.#within({ tx, added }, () => work(tx)), settings);
      this.#notices.announce(added);
      return result;
    } catch (error) {
      throw isConflict(error) && !isOutcomeUnknown(error) ? conflict(error) : error;
    }
  }

  inTransaction(): boolean {
    return this.#open.getStore()?.isOpen === true;
  }

  facet<Facet>(_key: FacetKey<Facet>): Facet | undefined {
    return undefined;
  }

  migrate(): Promise<SchemaStatus> {
    return this.#byItself((database) => migrate(database, this.#parts.schema));
  }

  schemaStatus(): Promise<SchemaStatus> {
    return this.#byItself((database) => schemaStatus(database, this.#parts.schema));
  }

  async #provision(provisioning: StoreProvisioning): Promise<void> {
    if (provisioning === 'apply') await this.migrate();
    else if (provisioning === 'validate') refuseUnusable(await this.schemaStatus());
    else await this.#parts.background.query('select 1', []); // somebody answers
  }

  /** Also while the store is not open: then nothing stays open after it. */
  async #byItself<Result>(work: (database: BackgroundDatabase) => Promise<Result>): Promise<Result> {
    try {
      return await work(this.#parts.background);
    } finally {
      if (this.#opens === 0) await this.#parts.background.close();
    }
  }

  #whileOpen(database: BackgroundDatabase): BackgroundDatabase {
    return {
      query: async (...statement) => {
        this.#assertOpen();
        return database.query(...statement);
      },
      transact: async (work) => {
        this.#assertOpen();
        return database.transact(work);
      },
      listen: (channel, listener) => database.listen(channel, listener),
      close: () => database.close(),
    };
  }

  #assertOpen(): void {
    if (this.#opens === 0) throw unavailable('the store is not open', undefined);
  }

  async #within<Result>(own: NonNullable<OpenTransaction['own']>, work: () => Promise<Result>): Promise<Result> {
    const transaction: OpenTransaction = { isOpen: true, own };
    try {
      return await this.#open.run(transaction, work);
    } finally {
      transaction.isOpen = false;
    }
  }
}

const isOutcomeUnknown = (error: unknown): boolean => error instanceof StoreError && error.code === 'TRANSACTION_OUTCOME_UNKNOWN';
