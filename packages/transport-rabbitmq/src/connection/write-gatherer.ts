import type { Runtime } from '@waybill/core/transport';
import type { AmqpConnection } from '../rabbitmq-client.ts';

/**
 * Lets what is written within a turn of the event loop leave together. The client writes each message by itself, and a write
 * of a few hundred bytes costs more than all else that is done for it.
 */
export class WriteGatherer {
  readonly #connection: AmqpConnection;
  readonly #runtime: Runtime;
  #isGathering = false;

  constructor(connection: AmqpConnection, runtime: Runtime) {
    this.#connection = connection;
    this.#runtime = runtime;
    connection.onDrain(() => this.gather());
  }

  /** Something is about to be written. */
  gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#connection.cork();
    void this.#leave();
  }

  /** The client itself hands on what it is given in the next turn; all of it has arrived in the one after. */
  async #leave(): Promise<void> {
    await this.#runtime.yield();
    await this.#runtime.yield();
    this.#isGathering = false;
    this.#connection.uncork();
  }
}
