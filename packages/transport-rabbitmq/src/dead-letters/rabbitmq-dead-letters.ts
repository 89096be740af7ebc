import type { DeadLetter, DeadLetterListOptions, DeadLetterPage, ITransportDeadLetters, Runtime } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import type { AmqpChannel } from '../rabbitmq-client.ts';
import { REPLY, replyCodeOf } from '../rabbitmq-errors.ts';
import { entityName } from '../topology/entity-names.ts';
import { LetterPage } from './letter-page.ts';
import type { HeldLetter } from './letter-scan.ts';
import { LetterScan } from './letter-scan.ts';
import { ReaderLock } from './reader-lock.ts';

/** What {@link RabbitmqDeadLetters} works with. */
export interface DeadLetterParts {
  readonly runtime: () => Runtime;
  /** A channel of its own, which is closed after it. */
  readonly withChannel: <T>(work: (channel: AmqpChannel) => Promise<T>) => Promise<T>;
}

type Act = (letter: DeadLetter) => Promise<void>;

/** The dead letters of endpoints: queues, which are read by taking everything and putting it back. */
export class RabbitmqDeadLetters implements ITransportDeadLetters {
  readonly #parts: DeadLetterParts;
  /** How many this process holds at this moment, by queue: the broker does not count them. */
  readonly #held = new Map<string, number>();
  /** Queues that letters are taken from by this transport; all letters are held, for as long as it takes to act on those that are meant. */
  readonly #acting = new Set<string>();
  readonly #readers: ReaderLock;

  constructor(parts: DeadLetterParts) {
    this.#parts = parts;
    this.#readers = new ReaderLock(parts);
  }

  /** Exact but where somebody reads them for long meanwhile. */
  count(endpoint: string): Promise<number> {
    const queue = queueOf(endpoint);
    return this.#acting.has(queue) ? this.#count(queue) : this.#readers.alone(queue, undefined, () => this.#count(queue));
  }

  async #count(queue: string): Promise<number> {
    const ready = await this.#whereItIs(0, async (channel) => {
      const { messageCount } = await inTime(this.#parts.runtime(), `the number of "${queue}"`, channel.checkQueue(queue));
      return messageCount;
    });
    return ready + (this.#held.get(queue) ?? 0);
  }

  list(endpoint: string, { after, limit, signal }: DeadLetterListOptions): Promise<DeadLetterPage> {
    const page = new LetterPage(after, limit);
    return this.#readers.alone(queueOf(endpoint), signal, async (isAlone) => {
      if (!isAlone) return page.read([], false);
      return this.#scan(endpoint, signal, page.read([], true), async (scan) => {
        const letters = await scan.readAll(() => true);
        return page.read(
          letters.map(({ letter }) => letter),
          scan.isComplete,
        );
      });
    });
  }

  take(endpoint: string, ids: readonly string[], act: Act): Promise<readonly string[]> {
    const wanted = new Set(ids);
    const queue = queueOf(endpoint);
    return this.#readers.alone(queue, undefined, () =>
      this.#scan<readonly string[]>(endpoint, undefined, [], async (scan) => {
        const found = await scan.readAll(({ id }) => wanted.delete(id));
        this.#acting.add(queue);
        return takeAll(scan, found, act).finally(() => this.#acting.delete(queue));
      }),
    );
  }

  /** Scans the letters of an endpoint; an endpoint that is not there has none. */
  #scan<T>(endpoint: string, signal: AbortSignal | undefined, nothing: T, work: (scan: LetterScan) => Promise<T>): Promise<T> {
    const queue = queueOf(endpoint);
    return this.#whereItIs(nothing, async (channel) => {
      const scan = new LetterScan({
        channel,
        runtime: this.#parts.runtime(),
        queue,
        signal,
        onHeld: (change) => this.#hold(queue, change),
      });
      try {
        return await work(scan);
      } finally {
        await scan.putBack().finally(() => scan.forget());
      }
    });
  }

  #hold(queue: string, change: number): void {
    const held = (this.#held.get(queue) ?? 0) + change;
    if (held === 0) this.#held.delete(queue);
    else this.#held.set(queue, held);
  }

  async #whereItIs<T>(nothing: T, work: (channel: AmqpChannel) => Promise<T>): Promise<T> {
    try {
      return await this.#parts.withChannel(work);
    } catch (error) {
      if (replyCodeOf(error) === REPLY.notFound) return nothing;
      throw error;
    }
  }
}

const queueOf = (endpoint: string): string => entityName(`${endpoint}.dead-letter`);

/**
 * Acts on each; removes it after its act resolved. The first failure is passed on after the others were tried. When the channel has
 * ended the letters stand in the queue again: acting on more of them would double those.
 */
async function takeAll(scan: LetterScan, found: readonly HeldLetter[], act: Act): Promise<readonly string[]> {
  const taken: string[] = [];
  const failures: unknown[] = [];
  for (const { letter, tag } of found) {
    scan.assertOpen();
    const failure = await failureOf(act(letter));
    if (failure === undefined) {
      scan.remove(tag);
      taken.push(letter.id);
    } else failures.push(failure.error);
  }
  if (failures.length > 0) throw failures[0];
  return taken;
}

async function failureOf(acting: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await acting;
    return undefined;
  } catch (error) {
    return { error };
  }
}
