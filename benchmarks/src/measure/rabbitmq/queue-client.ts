import { Order } from '../order.ts';

export type QueueType = 'classic' | 'quorum';

/** What a client works with. */
export interface QueueClientParts {
  readonly url: string;
  readonly type: QueueType;
  /** The queue that it makes, sends to and consumes. */
  readonly queue: string;
  /** Told of each order that has come. */
  readonly onOrder: (order: LargeOrder) => void;
}

/**
 * A program at the broker, with one connection for what it sends and one for what it receives. All give the same guarantees:
 * persistent, mandatory, confirmed, acknowledged after the handler.
 */
export interface QueueClient {
  /** `done` is called once: when the broker has the order, or with why it has not. */
  send(order: LargeOrder, done: (error?: unknown) => void): void;
  consume(): Promise<void>;
  pause(): Promise<void>;
}

export type MakeQueueClient = (parts: QueueClientParts) => Promise<QueueClient>;

/** The most messages that the broker hands over ahead of their acknowledgements. */
export const PREFETCH = 200;

/** The most messages that are sent ahead of their confirms. */
const WINDOW = 500;

/** About 1 KB as JSON. */
export class LargeOrder extends Order {
  readonly remarks: string = REMARKS;
}

const REMARKS = 'Please ring twice, and leave the parcel with the neighbour. '.repeat(15);

/** Sends so many orders. Resolves when the broker has all of them. */
export function sendMany(client: QueueClient, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let confirmed = 0;
    const fill = (): void => {
      for (; sent < count && sent - confirmed < WINDOW; sent += 1) client.send(new LargeOrder(sent), done);
    };
    const done = (error?: unknown): void => {
      if (error !== undefined && error !== null) reject(error as Error);
      confirmed += 1;
      if (confirmed === count) resolve();
      else fill();
    };
    fill();
  });
}
