import type { DeadLetter, Runtime } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import type { AmqpChannel, AmqpMessage } from '../rabbitmq-client.ts';
import { notConnected } from '../rabbitmq-errors.ts';
import { LetterIds } from './letter-ids.ts';
import { toDeadLetter } from './to-dead-letter.ts';

/** A letter that is held: nobody else sees it until it is put back or removed. */
export interface HeldLetter {
  readonly letter: DeadLetter;
  readonly tag: number;
}

/** What a {@link LetterScan} works with. */
export interface ScanParts {
  readonly channel: AmqpChannel;
  readonly runtime: Runtime;
  readonly queue: string;
  /** Told how many more, or fewer, are held. */
  readonly onHeld: (change: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** After so long without a message, though the broker had counted more, somebody else has them; milliseconds. */
const IDLE_MS = 500;
/** The most that the broker can be asked for. */
const MOST_CREDIT = 65_535;
/** How often, and how far apart in milliseconds, it is looked whether what was put back stands there; others may have taken it. */
const MOST_LOOKS = 100;
const BETWEEN_LOOKS_MS = 5;

/**
 * Reads a queue of dead letters: takes all that stand there, and puts them back in their order. The broker has no other way to
 * look into a queue; and of a part that is put back quorum queues make the end.
 */
export class LetterScan {
  readonly #parts: ScanParts;
  readonly #ids = new LetterIds();
  /** Tags of what is held, in the order of the queue. */
  readonly #held = new Set<number>();
  #consumerTag: string | undefined;
  #isComplete = true;
  #isOpen = true;

  constructor(parts: ScanParts) {
    this.#parts = parts;
    parts.channel.on('close', () => (this.#isOpen = false));
  }

  /** @throws ConnectionError `TRANSPORT_NOT_OPEN` when the channel has ended: nothing is held any more */
  assertOpen(): void {
    if (!this.#isOpen) throw notConnected(`the channel that read "${this.#parts.queue}" has ended`);
  }

  /** False when somebody else works here, or has taken some meanwhile. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Holds all that stand there; shows each to `keep`, and returns those that it keeps in mind. */
  async readAll(keep: (letter: DeadLetter) => boolean): Promise<readonly HeldLetter[]> {
    const { channel, queue } = this.#parts;
    const { messageCount, consumerCount } = await this.#ask('the number', channel.checkQueue(queue));
    this.#isComplete = consumerCount === 0;
    if (messageCount === 0) return [];
    await this.#ask('a prefetch', channel.prefetch(messageCount > MOST_CREDIT ? 0 : messageCount));
    return this.#take(messageCount, keep);
  }

  /** It is gone for good. */
  remove(tag: number): void {
    if (!this.#held.delete(tag)) return;
    this.#parts.onHeld(-1);
    this.#parts.channel.ack({ fields: { deliveryTag: tag } }, false);
  }

  /**
   * All that is still held goes back, one by one: put back together, quorum queues mix them up. Resolves when they stand there
   * again: a quorum queue does it in its own time, and who looks before sees none.
   */
  async putBack(): Promise<void> {
    const { channel, runtime } = this.#parts;
    if (this.#consumerTag !== undefined) await this.#ask('the end of a scan', channel.cancel(this.#consumerTag));
    if (this.#held.size === 0) return;
    const wanted = (await this.#ready()) + this.#held.size;
    for (const deliveryTag of this.#held) channel.nack({ fields: { deliveryTag } }, false, true);
    this.forget();
    for (let look = 0; look < MOST_LOOKS && (await this.#ready()) < wanted; look += 1) await runtime.sleep(BETWEEN_LOOKS_MS);
  }

  /** The channel is gone, and with it what was held: the broker has put it back. */
  forget(): void {
    this.#parts.onHeld(-this.#held.size);
    this.#held.clear();
  }

  #take(count: number, keep: (letter: DeadLetter) => boolean): Promise<readonly HeldLetter[]> {
    const { channel, runtime, queue, onHeld, signal } = this.#parts;
    const kept: HeldLetter[] = [];
    return new Promise((resolve, reject) => {
      const end = (isComplete: boolean): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
        if (!isComplete) this.#isComplete = false;
        resolve(kept);
      };
      const onAbort = (): void => {
        end(false);
        reject(signal?.reason as Error);
      };
      const idle = (): void => end(false);
      let timer = runtime.setTimer(IDLE_MS, idle);
      const onMessage = (found: AmqpMessage | null): void => {
        if (found === null) return end(false);
        this.#held.add(found.fields.deliveryTag);
        onHeld(1);
        const letter = this.#letterOf(found);
        if (keep(letter)) kept.push({ letter, tag: found.fields.deliveryTag });
        timer.cancel();
        if (this.#held.size >= count) end(true);
        else timer = runtime.setTimer(IDLE_MS, idle);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#consumerTag = `waybill-${runtime.id()}`;
      this.#ask('a scan', channel.consume(queue, onMessage, { consumerTag: this.#consumerTag })).catch((error: unknown) => {
        end(false);
        reject(error as Error);
      });
    });
  }

  /** How many stand there and are held by nobody. */
  async #ready(): Promise<number> {
    const { channel, queue } = this.#parts;
    return (await this.#ask('the number', channel.checkQueue(queue))).messageCount;
  }

  #ask<T>(what: string, asking: Promise<T>): Promise<T> {
    return inTime(this.#parts.runtime, `${what} of "${this.#parts.queue}"`, asking);
  }

  #letterOf(found: AmqpMessage): DeadLetter {
    const message = toDeadLetter(found);
    return { id: this.#ids.of(found, message), message };
  }
}
