import { isInFailedTransaction } from '../postgres-errors.ts';
import type { OpenTransactions } from '../postgres-store.ts';
import type { HeldConnections } from './held-connections.ts';
import type { PgConnection, PgPool } from './pg-client.ts';

/**
 * Keeps connections that break, idle or in use, from ending the process, notes whose failures are whose, lets refusals tell the failure
 * that they come from and, outside of production, notes the transactions that the application begins by itself. Returns what ends it.
 */
export function watchPool<Client extends PgConnection>(
  pool: PgPool<Client>,
  transactions: OpenTransactions,
  held: HeldConnections,
): () => void {
  const isProduction = process.env['NODE_ENV'] === 'production';
  const watched = new Map<Client, () => void>();
  const onAcquire = (client: Client): void => {
    if (watched.has(client)) return;
    const onError = (error: Error): void => held.note(client, error); // mappers listen to none; the statement that needs the connection fails
    const explain = refusalsInOrder();
    const onRefusal = (error: Error): void => {
      held.note(client, error);
      explain(error);
    };
    client.on('error', onError);
    client.connection?.on('errorMessage', onRefusal);
    const restore = isProduction ? (): void => {} : watchClient(client, transactions);
    watched.set(client, () => {
      client.removeListener('error', onError);
      client.connection?.removeListener('errorMessage', onRefusal);
      restore();
    });
  };
  const onRemove = (client: Client): void => void watched.delete(client);
  pool.on('error', ignore); // it replaces what breaks while it is idle
  pool.on('acquire', onAcquire);
  pool.on('remove', onRemove);
  return () => {
    pool.removeListener('error', ignore);
    pool.removeListener('acquire', onAcquire);
    pool.removeListener('remove', onRemove);
    for (const end of watched.values()) end();
  };
}

const ignore = (): void => {};

/** Puts behind each refusal of a failed transaction what made it fail: whoever has caught that may be all who knew, and mappers tell no more. */
function refusalsInOrder(): (error: Error) => void {
  let last: Error | undefined;
  return (error) => {
    if (!isInFailedTransaction(error)) last = error;
    else if (last !== undefined) error.cause ??= last;
  };
}

const BEGIN = /^\s*(begin|start\s+transaction)\b/i;
const END = /^\s*(commit|end|rollback(?!\s+to)|abort)\b/i;

/** Of a connection, what is looked at. */
interface Queried {
  query: (...given: unknown[]) => unknown;
}

/** The look at what is sent on one connection, and for whom. */
interface Look {
  readonly watchers: Set<OpenTransactions>;
  readonly takeOff: () => void;
}

/** One for all stores: they open and close in any order, and none could take off its own from under that of another. */
const looks = new WeakMap<PgConnection, Look>();

/** Looks at the text of what is sent on one connection. Returns what ends it. */
function watchClient(client: PgConnection, transactions: OpenTransactions): () => void {
  const { watchers, takeOff } = looks.get(client) ?? lookAt(client);
  watchers.add(transactions);
  return () => {
    watchers.delete(transactions);
    if (watchers.size === 0) takeOff();
  };
}

/** Puts a look at the text before `query` of one connection. */
function lookAt(client: PgConnection): Look {
  const queried = client as unknown as Queried;
  const isOwn = Object.hasOwn(queried, 'query');
  const before = queried.query;
  const watchers = new Set<OpenTransactions>();
  const watched = (...given: unknown[]): unknown => {
    const text = textOf(given[0]);
    for (const transactions of watchers) note(text, transactions);
    return Reflect.apply(before, client, given);
  };
  const takeOff = (): void => {
    if (queried.query !== watched) return; // somebody else has put something over it: it stays, for the next that watches
    looks.delete(client);
    if (isOwn) queried.query = before;
    else Reflect.deleteProperty(queried, 'query');
  };
  queried.query = watched;
  const look = { watchers, takeOff };
  looks.set(client, look);
  return look;
}

function note(text: string, transactions: OpenTransactions): void {
  const current = transactions.getStore();
  if (BEGIN.test(text) && current?.isOpen !== true) transactions.enterWith({ isOpen: true });
  else if (END.test(text) && current !== undefined) current.isOpen = false;
}

const textOf = (query: unknown): string => {
  if (typeof query === 'string') return query;
  return typeof query === 'object' && query !== null && 'text' in query && typeof query.text === 'string' ? query.text : '';
};
