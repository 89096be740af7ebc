import type { LargeOrder, MakeQueueClient, QueueClient, QueueType } from './queue-client.ts';

/** A client with a queue of its own, and what the measurements ask of them. */
export interface MeasuredQueue {
  readonly client: QueueClient;
  /** Resolves when as many orders as this have come from now on. */
  readonly arrived: (count: number) => Promise<void>;
  /** Calls from now on with each order that has come. */
  readonly onOrder: (listener: (order: LargeOrder) => void) => void;
  readonly purge: () => Promise<void>;
}

/** Does something with a client, and deletes its queues. */
export async function withQueue<T>(
  make: MakeQueueClient,
  type: QueueType,
  url: string,
  work: (measured: MeasuredQueue) => Promise<T>,
): Promise<T> {
  const { connect } = await import('amqplib');
  const admin = await (await connect(url)).createChannel();
  const queue = `bench-${type}-${process.pid}`;
  let listener: (order: LargeOrder) => void = () => undefined;
  const onOrder = (given: typeof listener): void => {
    listener = given;
  };
  const arrived = (count: number): Promise<void> =>
    new Promise((resolve) => {
      let left = count;
      listener = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  try {
    const client = await make({ url, type, queue, onOrder: (order) => listener(order) });
    const result = await work({ client, arrived, onOrder, purge: async () => void (await admin.purgeQueue(queue)) });
    await client.pause();
    return result;
  } finally {
    for (const name of [queue, `${queue}.dead-letter`, `${queue}.skipped`]) await admin.deleteQueue(name); // those that are not there as well
  }
}
