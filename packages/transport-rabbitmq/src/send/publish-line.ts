import type { Runtime, Timer } from '@waybill/core/transport';
import { LOG_EVENTS, isBusError } from '@waybill/core/transport';
import { backoffMs } from '../connection/backoff.ts';
import { closeChannel, openChannel } from '../connection/open-channel.ts';
import type { AmqpChannel, AmqpConnection } from '../rabbitmq-client.ts';
import { describe, notConnected } from '../rabbitmq-errors.ts';
import type { Publish } from './publish-channel.ts';
import { PublishChannel } from './publish-channel.ts';

/** How long a message waits here for a channel, or for room in the window, before it is rejected; milliseconds. */
const PATIENCE_MS = 5_000;

/** The most bytes of bodies without a confirm, however few messages they are; one that is larger goes alone. */
const WINDOW_BYTES = 64 * 1024 * 1024;

/** What a {@link PublishLine} works with. */
export interface PublishLineParts {
  readonly runtime: Runtime;
  /** The most messages without a confirm; the others wait here. */
  readonly window: number;
  /** The connection at this moment, if there is one. */
  readonly connection: () => AmqpConnection | undefined;
  /** True while the broker takes nothing. */
  readonly isBlocked: () => boolean;
  /** Prepares a channel before anything is sent by it, after each opening. */
  readonly prepare?: (channel: AmqpChannel, line: PublishChannel) => Promise<void>;
}

interface Waiting {
  readonly publish: Publish;
  readonly until: number;
}

/**
 * A channel with confirms that is opened anew when it ends, and what waits for it: in order, for five seconds at most. A
 * message that has left is never sent a second time.
 */
export class PublishLine {
  readonly #parts: PublishLineParts;
  #channel: PublishChannel | undefined;
  #waiting: Waiting[] = [];
  #timer: Timer | undefined;
  #reopening: Timer | undefined;
  #isClosed = false;

  constructor(parts: PublishLineParts) {
    this.#parts = parts;
  }

  /** Sends, as soon as there is a channel and room in the window. `ended` is called exactly once, perhaps at once. */
  publish(publish: Publish): void {
    if (this.#waiting.length === 0 && this.#hasRoom()) this.#send(publish);
    else if (this.#isClosed) publish.ended({ is: 'unsent', cause: notConnected('it is closed') });
    else {
      this.#waiting.push({ publish, until: this.#parts.runtime.monotonic() + PATIENCE_MS });
      this.#armTimer();
    }
  }

  /** Opens a channel on a new connection, and sends what waits. @throws ConnectionError `TRANSPORT_NOT_OPEN` */
  async attach(connection: AmqpConnection): Promise<void> {
    const { runtime, prepare } = this.#parts;
    this.#reopening?.cancel();
    this.#reopening = undefined;
    const raw = await openChannel(connection, runtime, 'confirm');
    const channel = new PublishChannel(raw, runtime, {
      onRoom: () => this.#flush(),
      onEnd: () => this.#ended(channel, connection),
    });
    try {
      await prepare?.(raw, channel);
    } catch (error) {
      void closeChannel(raw, runtime);
      throw isBusError(error) ? error : notConnected(`a channel could not be prepared (${describe(error)})`, error);
    }
    if (!channel.isOpen) throw notConnected('the channel ended at once');
    this.#channel = channel;
    this.#flush();
  }

  /** The broker takes messages again. */
  unblocked(): void {
    this.#flush();
  }

  /** Ends what waits and whose signal has aborted. */
  endAborted(): void {
    const waiting = this.#waiting;
    const isAborted = ({ publish: { signal } }: Waiting): boolean => signal?.aborted === true;
    this.#waiting = waiting.filter((one) => !isAborted(one));
    for (const { publish } of waiting.filter(isAborted)) publish.ended({ is: 'unsent', cause: publish.signal?.reason });
    this.#armTimer();
  }

  /** Ends what waits; what has left ends with its channel. */
  close(): void {
    this.#isClosed = true;
    this.#channel?.flush();
    this.#timer?.cancel();
    this.#reopening?.cancel();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { publish } of waiting) publish.ended({ is: 'unsent', cause: notConnected('it was closed') });
  }

  /** The channel at this moment, if there is one. */
  get channel(): AmqpChannel | undefined {
    return this.#channel?.channel;
  }

  #hasRoom(): boolean {
    const channel = this.#channel;
    if (channel === undefined || this.#parts.isBlocked()) return false;
    return channel.unconfirmed < this.#parts.window && channel.unconfirmedBytes < WINDOW_BYTES;
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    let next = 0;
    while (next < this.#waiting.length && this.#hasRoom()) {
      this.#send((this.#waiting[next] as Waiting).publish);
      next += 1;
    }
    if (next > 0) this.#waiting.splice(0, next);
    this.#armTimer();
  }

  #send(publish: Publish): void {
    const { signal } = publish;
    if (signal?.aborted === true) {
      publish.ended({ is: 'unsent', cause: signal.reason });
      return;
    }
    try {
      (this.#channel as PublishChannel).publish(publish);
    } catch (error) {
      publish.ended({ is: 'unsent', cause: error });
    }
  }

  #ended(channel: PublishChannel, connection: AmqpConnection): void {
    if (this.#channel !== channel) return;
    this.#channel = undefined;
    if (this.#parts.connection() === connection) this.#reopen(connection, 1);
  }

  /** The channel has ended and its connection lives: the broker has refused something. */
  #reopen(connection: AmqpConnection, attempt: number): void {
    const { runtime } = this.#parts;
    if (this.#isClosed || this.#parts.connection() !== connection) return;
    const delayMs = attempt === 1 ? 0 : backoffMs(attempt, runtime.random());
    this.#reopening = runtime.setTimer(delayMs, () => {
      void runtime.spawn('opening a channel', async () => {
        try {
          await this.attach(connection);
        } catch (error) {
          runtime.logger.debug({ event: LOG_EVENTS.transportState, error: describe(error) }, 'a channel could not be opened again');
          this.#reopen(connection, attempt + 1);
        }
      });
    });
  }

  #armTimer(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) {
      this.#timer?.cancel();
      this.#timer = undefined;
      return;
    }
    if (this.#timer !== undefined) return;
    const { runtime } = this.#parts;
    this.#timer = runtime.setTimer(Math.max(1, oldest.until - runtime.monotonic()), () => {
      this.#timer = undefined;
      this.#giveUpOverdue();
      this.#armTimer();
    });
  }

  #giveUpOverdue(): void {
    const now = this.#parts.runtime.monotonic();
    const overdue = this.#waiting.findIndex(({ until }) => until > now);
    const given = this.#waiting.splice(0, overdue === -1 ? this.#waiting.length : overdue);
    const why = this.#channel === undefined ? 'there was no connection' : 'the broker confirmed too few of what is under way';
    for (const { publish } of given) publish.ended({ is: 'unsent', cause: `${why} for ${PATIENCE_MS} ms` });
  }
}
