import { type LastingFault, type ProxiedConnection, TcpProxy } from '@waybill/fault-kit';

import { untilAborted } from '../waiting.ts';

/** What a client of PostgreSQL says to commit. */
const COMMIT = /^Q.{4}commit/is;
/** So long the answer is held back before the connection breaks. */
const UNANSWERED_MS = 300;

type Listener = (connection: ProxiedConnection) => void;

/** The way of one process to its database, on which its COMMITs are heard. */
export class DatabaseLink implements AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly #onCommit: Set<Listener>;

  private constructor(proxy: TcpProxy, onCommit: Set<Listener>) {
    this.proxy = proxy;
    this.#onCommit = onCommit;
  }

  static async open(url: string): Promise<DatabaseLink> {
    const onCommit = new Set<Listener>();
    const proxy = await TcpProxy.open(url, {
      tap: (connection) => ({
        up: (bytes) => {
          if (COMMIT.test(bytes.toString('latin1'))) for (const listener of onCommit) listener(connection);
          return bytes;
        },
        down: (bytes) => bytes,
      }),
    });
    return new DatabaseLink(proxy, onCommit);
  }

  /** The database hears the next COMMIT, and its client never hears what became of it. Tells whether there was one, and an answer, in time. */
  async loseCommit(patienceMs: number): Promise<boolean> {
    const heard = new AbortController();
    let fault: LastingFault | undefined;
    const listener: Listener = (connection) => {
      fault ??= this.proxy.dropDown(connection); // before the bytes go on, and so before the answer
      heard.abort();
    };
    this.#onCommit.add(listener);
    await untilAborted(heard.signal, patienceMs);
    this.#onCommit.delete(listener);
    if (fault === undefined) return false;
    await untilAborted(AbortSignal.timeout(UNANSWERED_MS));
    fault.end();
    return fault.hits > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
  }
}
