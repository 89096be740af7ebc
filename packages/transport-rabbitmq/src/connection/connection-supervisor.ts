import type { ConnectionProblem, Runtime, Timer } from '@waybill/core/transport';
import { LOG_EVENTS } from '@waybill/core/transport';
import type { AmqpConnection } from '../rabbitmq-client.ts';
import { describe, notConnected, problemOf } from '../rabbitmq-errors.ts';
import { BACKOFF_CAP_MS, REACH_CAP_MS, backoffMs } from './backoff.ts';

/** How long a connection may take to say goodbye, in milliseconds. */
const GOODBYE_MS = 2_000;

/** So long a connection must have stood for its loss to be a new one, in milliseconds; one that dies sooner has failed, like one that was not made. */
const STOOD_MS = 1_000;
/** For so many failures at most: the broker was reached, and the next one may stand. The pause is 0.8 s then. */
const MOST_SHORT_LIVES = 2;

/** The reason of a broker that has said it before anybody could listen. */
const BLOCKED_AT_ONCE = 'it said so while it was connected to';

/** What a {@link ConnectionSupervisor} works with. */
export interface SupervisorParts {
  readonly runtime: Runtime;
  /** What the connection is for, as the log says it. */
  readonly purpose: string;
  /** Makes a connection; `attempt` counts from 0 at each loss. */
  readonly connect: (attempt: number, signal: AbortSignal) => Promise<AmqpConnection>;
  /** Restores what hangs on the connection, before anybody gets it. When it rejects, the connection is given up and made again. */
  readonly onConnected: (connection: AmqpConnection) => Promise<void>;
  /** Told of each change of {@link ConnectionSupervisor.state}. */
  readonly onState: () => void;
}

/** How one connection is. */
export type LinkState =
  | { readonly is: 'closed' }
  | { readonly is: 'connecting'; readonly abort: AbortController }
  | { readonly is: 'connected'; readonly connection: AmqpConnection; readonly blocked: string | undefined }
  | {
      readonly is: 'reconnecting';
      readonly abort: AbortController;
      readonly reason: string;
      readonly problem: ConnectionProblem | undefined;
    };

/** Who waits for a connection. */
interface Waiter {
  readonly resolve: (connection: AmqpConnection) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One connection that heals by itself.
 *
 * closed ─open→ connecting ─ok→ connected ⇄ reconnecting ; connecting ─failed→ closed ; any ─close→ closed.
 */
export class ConnectionSupervisor {
  readonly #parts: SupervisorParts;
  readonly #waiting = new Set<Waiter>();
  /** Connections that have ended, whose sockets are destroyed soon. */
  readonly #ending = new Map<AmqpConnection, Timer>();
  #state: LinkState = { is: 'closed' };
  /** How many attempts have failed one after another. */
  #failures = 0;
  #connectedAt = 0;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** The connection, where there is one at this moment. */
  get connection(): AmqpConnection | undefined {
    return this.#state.is === 'connected' ? this.#state.connection : undefined;
  }

  /** Connects for the first time. Rejects when it cannot, and leaves nothing behind. */
  async open(signal?: AbortSignal): Promise<void> {
    const abort = new AbortController();
    const giveUp = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    if (signal?.aborted === true) giveUp();
    this.#set({ is: 'connecting', abort });
    try {
      await this.#connect(0, abort.signal);
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
  }

  /** The connection, as soon as there is one. Rejects when there is none in time, or when it is closed. */
  whenConnected(limitMs: number): Promise<AmqpConnection> {
    if (this.#state.is === 'connected') return Promise.resolve(this.#state.connection);
    if (this.#state.is === 'closed') return Promise.reject(notConnected('it is closed'));
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (connection) => {
          end();
          resolve(connection);
        },
        reject: (error) => {
          end();
          reject(error as Error);
        },
      };
      const timer = this.#parts.runtime.setTimer(limitMs, () => waiter.reject(notConnected(this.#reason())));
      this.#waiting.add(waiter);
    });
  }

  /** Says goodbye, within two seconds, and destroys every socket. */
  async close(): Promise<void> {
    const { connection } = this;
    if (this.#state.is === 'connecting' || this.#state.is === 'reconnecting') this.#state.abort.abort(notConnected('it was closed'));
    this.#end();
    if (connection !== undefined) await this.#sayGoodbye(connection);
    for (const [ended, timer] of this.#ending) {
      timer.cancel();
      ended.destroy();
    }
    this.#ending.clear();
  }

  #end(): void {
    this.#set({ is: 'closed' });
    for (const waiter of this.#waiting) waiter.reject(notConnected('it was closed'));
  }

  async #connect(attempt: number, signal: AbortSignal): Promise<void> {
    const connection = await this.#parts.connect(attempt, signal);
    let isLive = true;
    let lostBy: Error | undefined;
    const ended = (error?: Error): void => {
      if (isLive) this.#lost(connection, error);
      isLive = false;
      lostBy ??= error;
    };
    let blocked = connection.isBlocked ? BLOCKED_AT_ONCE : undefined;
    const onBlocked = (reason: string | undefined): void => {
      blocked = reason;
      if (this.connection === connection) this.#set({ is: 'connected', connection, blocked });
    };
    connection.on('error', ended); // after some errors the client waits for the broker to say goodbye, for ever
    connection.on('close', ended);
    connection.on('blocked', onBlocked);
    connection.on('unblocked', () => onBlocked(undefined));
    try {
      signal.throwIfAborted();
      await this.#parts.onConnected(connection);
      signal.throwIfAborted();
      if (!isLive) throw lostBy ?? notConnected('it was lost at once');
    } catch (error) {
      isLive = false;
      connection.destroy();
      throw error;
    }
    this.#connectedAt = this.#parts.runtime.monotonic();
    this.#set({ is: 'connected', connection, blocked });
    for (const waiter of this.#waiting) waiter.resolve(connection);
  }

  #lost(connection: AmqpConnection, error: Error | undefined): void {
    if (this.connection !== connection) return;
    if (this.#parts.runtime.monotonic() - this.#connectedAt < STOOD_MS) this.#failures = Math.min(this.#failures + 1, MOST_SHORT_LIVES);
    else this.#failures = 0;
    this.#destroyLater(connection);
    const reason = error === undefined ? 'the broker ended the connection' : describe(error);
    const abort = new AbortController();
    this.#set({ is: 'reconnecting', abort, reason, problem: undefined });
    void this.#parts.runtime.spawn('reconnecting to RabbitMQ', () => this.#reconnect(abort.signal));
  }

  /** Tries until it succeeds or is closed. */
  async #reconnect(signal: AbortSignal): Promise<void> {
    const { runtime } = this.#parts;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        await runtime.sleep(this.#pauseMs(), signal);
        await this.#connect(attempt, signal);
        return;
      } catch (error) {
        this.#failures += 1;
        if (signal.aborted) return;
        const fields = { event: LOG_EVENTS.transportState, purpose: this.#parts.purpose, attempt, error };
        runtime.logger.debug(fields, 'a connection could not be made again; it is tried on');
        this.#set({ is: 'reconnecting', abort: this.#abortOf(), reason: describe(error), problem: problemOf(error) });
      }
    }
  }

  /** A broker that refuses us writes that down each time, and somebody must mend it: it is asked less often than one that is away. */
  #pauseMs(): number {
    const isRefused = this.#state.is === 'reconnecting' && this.#state.problem !== undefined;
    return backoffMs(this.#failures + 1, this.#parts.runtime.random(), isRefused ? BACKOFF_CAP_MS : REACH_CAP_MS);
  }

  #abortOf(): AbortController {
    return this.#state.is === 'reconnecting' ? this.#state.abort : new AbortController();
  }

  async #sayGoodbye(connection: AmqpConnection): Promise<void> {
    const { runtime } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = runtime.setTimer(GOODBYE_MS, resolve);
      void closeQuietly(connection).then(() => {
        timer.cancel();
        resolve();
      });
    });
    connection.destroy();
  }

  /** The client leaves a socket half open that it has given up; what it still has to say may go out before. */
  #destroyLater(connection: AmqpConnection): void {
    const timer = this.#parts.runtime.setTimer(GOODBYE_MS, () => {
      this.#ending.delete(connection);
      connection.destroy();
    });
    this.#ending.set(connection, timer);
  }

  #reason(): string {
    return this.#state.is === 'reconnecting' ? this.#state.reason : `it is ${this.#state.is}`;
  }

  #set(state: LinkState): void {
    this.#state = state;
    this.#parts.onState();
  }
}

async function closeQuietly(connection: AmqpConnection): Promise<void> {
  try {
    await connection.close();
  } catch {
    // it was closed already: that is what was wanted
  }
}
