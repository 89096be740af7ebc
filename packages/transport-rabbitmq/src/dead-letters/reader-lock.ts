import type { Runtime } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import type { AmqpChannel } from '../rabbitmq-client.ts';
import { REPLY, replyCodeOf } from '../rabbitmq-errors.ts';
import { entityName } from '../topology/entity-names.ts';

/** What a {@link ReaderLock} works with. */
export interface ReaderLockParts {
  readonly runtime: () => Runtime;
  /** A channel of its own, which is closed after it. */
  readonly withChannel: <T>(work: (channel: AmqpChannel) => Promise<T>) => Promise<T>;
}

/** How long somebody waits for those who read before; milliseconds. */
const PATIENCE_MS = 5_000;
const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 320;

/**
 * One reader at a time at a queue of dead letters, of all processes: what two put back at once stands there mixed up. The lock is a
 * queue beside it that belongs to the connection of the reader, and so ends with it.
 */
export class ReaderLock {
  readonly #parts: ReaderLockParts;
  /** Queues that are read by this transport: for the broker all its readers are one connection. */
  readonly #busy = new Set<string>();
  /** Locks that this user may not declare. */
  readonly #refused = new Set<string>();

  constructor(parts: ReaderLockParts) {
    this.#parts = parts;
  }

  /** Does something while nobody else reads that queue; told whether it is so, for nobody waits for ever. */
  async alone<T>(queue: string, signal: AbortSignal | undefined, work: (isAlone: boolean) => Promise<T>): Promise<T> {
    const isAlone = await this.#lock(queue, signal);
    try {
      return await work(isAlone);
    } finally {
      if (isAlone) await this.#unlock(queue);
    }
  }

  async #lock(queue: string, signal: AbortSignal | undefined): Promise<boolean> {
    const runtime = this.#parts.runtime();
    const giveUpAt = runtime.monotonic() + PATIENCE_MS;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      signal?.throwIfAborted();
      if (!this.#busy.has(queue)) {
        this.#busy.add(queue);
        if (await this.#isOurs(queue)) return true;
        this.#busy.delete(queue);
      }
      if (runtime.monotonic() >= giveUpAt) return false;
      await runtime.sleep(waitMs, signal);
    }
  }

  /** True when no other process has it; also where this user may not ask. */
  async #isOurs(queue: string): Promise<boolean> {
    const lock = lockOf(queue);
    if (this.#refused.has(lock)) return true;
    try {
      const options = { durable: false, exclusive: true, arguments: {} };
      await this.#ask(`the lock "${lock}"`, (channel) => channel.assertQueue(lock, options));
      return true;
    } catch (error) {
      const code = replyCodeOf(error);
      if (code === REPLY.resourceLocked) return false;
      if (code === REPLY.accessRefused) {
        this.#refused.add(lock);
        return true;
      }
      this.#busy.delete(queue);
      throw error;
    }
  }

  async #unlock(queue: string): Promise<void> {
    const lock = lockOf(queue);
    try {
      if (!this.#refused.has(lock))
        await this.#ask(`the end of the lock "${lock}"`, (channel) => channel.deleteQueue(lock, { ifUnused: false, ifEmpty: false }));
    } catch {
      // it ends with the connection
    } finally {
      this.#busy.delete(queue);
    }
  }

  #ask(what: string, ask: (channel: AmqpChannel) => Promise<unknown>): Promise<unknown> {
    const { runtime, withChannel } = this.#parts;
    return withChannel((channel) => inTime(runtime(), what, ask(channel)));
  }
}

const lockOf = (queue: string): string => entityName(`${queue}.reader`);
