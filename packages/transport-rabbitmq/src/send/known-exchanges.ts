import type { Runtime } from '@waybill/core/transport';
import { inTime } from '../connection/in-time.ts';
import { replyCodeOf, REPLY } from '../rabbitmq-errors.ts';
import type { AmqpChannel } from '../rabbitmq-client.ts';

/** What a {@link KnownExchanges} works with. */
export interface KnownExchangesParts {
  readonly runtime: Runtime;
  /** A channel of its own: asking for an exchange that is not there closes it. */
  readonly withChannel: <T>(work: (channel: AmqpChannel) => Promise<T>) => Promise<T>;
}

/**
 * Which exchanges are there. A publish to one that is not closes its channel, and takes every other message with it that is
 * under way there: so each exchange is asked for once, before the first message goes to it.
 */
export class KnownExchanges {
  readonly #parts: KnownExchangesParts;
  readonly #known = new Map<string, true | Promise<boolean>>();

  constructor(parts: KnownExchangesParts) {
    this.#parts = parts;
  }

  /** True when it is there. Who asks while it is being looked for waits for the same answer. */
  has(exchange: string): true | Promise<boolean> {
    const known = this.#known.get(exchange);
    if (known !== undefined) return known;
    const asking = this.#ask(exchange);
    this.#known.set(exchange, asking);
    return asking;
  }

  /** It is there: it was declared just now. */
  add(exchange: string): void {
    this.#known.set(exchange, true);
  }

  /** It is gone, or may be. */
  forget(exchange: string): void {
    this.#known.delete(exchange);
  }

  async #ask(exchange: string): Promise<boolean> {
    try {
      await this.#parts.withChannel((channel) =>
        inTime(this.#parts.runtime, `a question for the exchange "${exchange}"`, channel.checkExchange(exchange)),
      );
      this.#known.set(exchange, true);
      return true;
    } catch (error) {
      this.#known.delete(exchange);
      if (replyCodeOf(error) === REPLY.notFound) return false;
      throw error;
    }
  }
}
