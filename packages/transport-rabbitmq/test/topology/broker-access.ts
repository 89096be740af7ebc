import type { ConfirmChannel } from 'amqplib';
import { systemRuntime } from '@waybill/core';
import { connect } from 'amqplib';
import type { BrokerListing } from '../../src/topology/broker-listing.ts';
import type { PlanSettings } from '../../src/topology/plan-topology.ts';
import { RabbitmqTopology } from '../../src/topology/rabbitmq-topology.ts';
import type { TopologyConnection } from '../../src/topology/topology-channel.ts';

/** A message that has arrived, and when. */
export interface Arrival {
  readonly text: string;
  readonly at: number;
}

/** A connection of the client itself, as tests need it. */
export class BrokerAccess implements AsyncDisposable {
  readonly connection: TopologyConnection;
  /** A channel that tests publish and look by. */
  readonly channel: ConfirmChannel;
  /** What has ended the connection. */
  readonly errors: Error[] = [];
  readonly #close: () => Promise<void>;

  private constructor(connection: TopologyConnection, channel: ConfirmChannel, close: () => Promise<void>) {
    this.connection = connection;
    this.channel = channel;
    this.#close = close;
  }

  static async open(url: string): Promise<BrokerAccess> {
    const model = await connect(url, { noDelay: true });
    const channel = await model.createConfirmChannel();
    const connection: TopologyConnection = { openChannel: () => model.createChannel(), runtime: systemRuntime() };
    const access = new BrokerAccess(connection, channel, () => model.close().catch(() => undefined)); // it may be closed
    model.on('error', (error) => void access.errors.push(error));
    channel.on('error', (error) => void access.errors.push(error));
    return access;
  }

  topology(settings: PlanSettings = { queue: 'quorum' }, listing?: BrokerListing): RabbitmqTopology {
    return new RabbitmqTopology({ connection: this.connection, settings, listing });
  }

  /** Publishes and waits for the confirm; rejects when the broker refuses. */
  async publish(exchange: string, routingKey: string, text: string): Promise<void> {
    this.channel.publish(exchange, routingKey, Buffer.from(text), { persistent: true });
    await this.channel.waitForConfirms();
  }

  /** The next messages of a queue, so many of them. The test's own time limit bounds the wait. */
  async arrivals(queue: string, count: number): Promise<readonly Arrival[]> {
    const arrived: Arrival[] = [];
    return new Promise((resolve, reject) => {
      this.channel
        .consume(
          queue,
          (message) => {
            if (message === null) return reject(new Error(`the queue ${queue} was deleted`));
            arrived.push({ text: message.content.toString(), at: Date.now() });
            this.channel.ack(message);
            if (arrived.length === count) resolve(arrived);
          },
          { consumerTag: queue },
        )
        .catch(reject);
    });
  }

  /** How many messages wait in a queue. */
  async waiting(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}
