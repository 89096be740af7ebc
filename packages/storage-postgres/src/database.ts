/** What a statement of ours is given: nothing that two drivers write differently. Lists go as JSON. */
export type SqlValue = string | number | Uint8Array | null;

/** A row as the drivers give it. Our statements select texts, numbers of four bytes and bytes only. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** Runs one statement, and gives its rows. */
export type RunStatement = (text: string, values: readonly SqlValue[]) => Promise<readonly SqlRow[]>;

/** How one transaction is run. */
export interface TransactionSettings {
  readonly isolation: 'read committed' | 'repeatable read' | 'serializable';
  /** How long a connection is waited for. */
  readonly acquireTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** To be told why a transaction could not begin, however late, by those that may then keep its connection: it is taken from them. */
  readonly giveBack?: (failure: unknown) => void;
}

/**
 * Transactions of the application: by a pool of `pg`, or in the way of a mapper, so that handlers get what they work with anyway.
 * `drizzle(db)` and `kysely(db)` make one; anything else that can run a statement in its transaction can be made one.
 */
export interface PostgresTransactions<Tx> {
  /**
   * Begins, runs `work` once, commits when it resolves, rolls back when it rejects, and passes every error on as it is. A transaction
   * that the database has ended because of a failed statement must not count as committed.
   */
  run<Result>(work: (tx: Tx) => Promise<Result>, settings: TransactionSettings): Promise<Result>;
  /** Runs one statement with `$1`, `$2`, … in that transaction. */
  query(tx: Tx, text: string, values: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** What listens to notifications. */
export interface NotificationListener {
  /** Called with the payload. */
  onNotification(payload: string): void;
  /** Called when notifications may have been missed: at each connect. */
  onListening(): void;
}

/** Where the store works for itself: relay, purge, status, migrations, notifications. */
export interface BackgroundDatabase {
  /** A short statement in a transaction of its own. In bounded time. One with a `name` comes often, and is always the same. */
  query(text: string, values: readonly SqlValue[], name?: string): Promise<readonly SqlRow[]>;
  /** Several statements in one transaction. In bounded time. */
  transact<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result>;
  /** Listens until it is closed, over whatever happens to the connection. Returns what ends it. */
  listen(channel: string, listener: NotificationListener): () => void;
  /** Resolves in bounded time; never rejects. */
  close(): Promise<void>;
}
