import type { SqlRow, SqlValue } from '../database.ts';

/** A query as `pg` takes it. */
export interface PgQuery {
  readonly text: string;
  readonly values?: SqlValue[];
  /** Prepared once on each connection. */
  readonly name?: string;
  readonly query_timeout?: number;
}

/** What we read of a result. */
export interface PgResult {
  readonly rows: SqlRow[];
  readonly command: string;
}

/** What a notification tells. */
export interface PgNotification {
  readonly payload?: string | undefined;
}

/** What we hear of the protocol. */
export interface PgProtocol {
  on(event: 'errorMessage', listener: (error: Error) => void): unknown;
  removeListener(event: 'errorMessage', listener: (error: Error) => void): unknown;
}

/** What we use of a connection of `pg`. */
export interface PgConnection {
  /** Calls back once, with an error or a result. */
  query(query: PgQuery, callback: (error: Error | null | undefined, result: PgResult) => void): void;
  /** Gives it back to its pool; with `true` it is closed. */
  release(destroy?: boolean): void;
  /** What it was made with. */
  readonly connectionParameters?: { readonly query_timeout?: unknown };
  /** False while a statement runs. */
  readonly readyForQuery?: boolean;
  /** The protocol below it, which tells what the server refuses, whoever catches it. */
  readonly connection?: PgProtocol;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'notification', listener: (message: PgNotification) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'notification', listener: (message: PgNotification) => void): unknown;
}

/** What we use of a `Pool` of `pg`, so that no version of its types is asked for. */
export interface PgPool<Client extends PgConnection = PgConnection> {
  connect(): Promise<Client>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect' | 'acquire' | 'remove', listener: (client: Client) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'acquire' | 'remove', listener: (client: Client) => void): unknown;
  /** What it was made with. */
  readonly options?: object;
}
