import { noTransaction } from '../postgres-errors.ts';
import type { PgConnection } from './pg-client.ts';

/** What is known of a connection, as far as its driver tells. */
interface Observed {
  readonly readyForQuery?: boolean;
  /** `I`: no transaction is open. */
  getTransactionStatus?(): string | null;
}

/**
 * Refuses a connection on which surely no transaction is open: what is said to it takes effect at once, whatever is rolled back later.
 * While a statement runs nobody can tell: it may be BEGIN.
 * @throws StoreError `NO_TRANSACTION`
 */
export function assertInTransaction(client: object): void {
  const { readyForQuery } = client as Observed;
  if ('totalCount' in client) throw noTransaction('A pool was given, and each statement of a pool is a transaction of its own');
  if (readyForQuery === true && (client as Observed).getTransactionStatus?.() === 'I')
    throw noTransaction('It has ended, or was never begun');
}

/** A connection lent to whoever works in one transaction. After that it is somebody else's, and what comes late is refused. */
export class LentClient<Client extends PgConnection> {
  /** What the work is given: the connection itself, as far as it can tell. */
  readonly tx: Client;
  #isOver = false;

  constructor(client: Client) {
    const query = (...given: unknown[]): unknown =>
      this.#isOver ? refuse(given) : Reflect.apply((client as unknown as Queried).query, client, given);
    this.tx = new Proxy(client, {
      get: (_, name) => {
        if (name === 'query') return query;
        const value: unknown = Reflect.get(client, name, client);
        return typeof value === 'function' && name !== 'constructor' ? (value.bind(client) as unknown) : value;
      },
    });
  }

  end(): void {
    this.#isOver = true;
  }
}

interface Queried {
  readonly query: (...given: unknown[]) => unknown;
}

/** A query that `pg` is given as an object of its own, such as a cursor, with a way to be told. */
interface Submittable {
  readonly submit: unknown;
  readonly handleError?: (error: Error) => void;
}

/** In the way in which `pg` would tell it. */
function refuse(given: readonly unknown[]): unknown {
  const error = noTransaction('It has ended');
  const [query] = given;
  const callback = given.find((one) => typeof one === 'function');
  if (callback !== undefined) {
    process.nextTick(callback, error);
    return undefined;
  }
  if (typeof query !== 'object' || query === null || !('submit' in query)) return Promise.reject(error);
  const { handleError } = query as Submittable;
  if (handleError !== undefined) process.nextTick(() => Reflect.apply(handleError, query, [error]));
  return query;
}
