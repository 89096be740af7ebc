import { AGREED_ANSWER_MS, inTime } from '../connection/in-time.ts';
import { closeChannel } from '../connection/open-channel.ts';
import type { TopologyChannel, TopologyConnection } from './topology-channel.ts';

/** A channel for declarations. A refusal closes it, as silence does, and the next declaration gets a new one: no refusal harms another entity. */
export class DeclaringChannel {
  readonly #connection: TopologyConnection;
  #channel: TopologyChannel | undefined;

  constructor(connection: TopologyConnection) {
    this.#connection = connection;
  }

  async run<T>(work: (channel: TopologyChannel) => Promise<T>): Promise<T> {
    const channel = this.#channel ?? (await this.#open());
    try {
      return await inTime(this.#connection.runtime, 'a declaration', work(channel), AGREED_ANSWER_MS);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel !== undefined) await closeChannel(channel, this.#connection.runtime);
  }

  async #open(): Promise<TopologyChannel> {
    const channel = await this.#connection.openChannel();
    channel.on('error', () => undefined); // it is told by the rejection
    this.#channel = channel;
    return channel;
  }
}

/** Does something on a channel for declarations, which is closed after it. */
export async function withDeclaringChannel<T>(connection: TopologyConnection, work: (channel: DeclaringChannel) => Promise<T>): Promise<T> {
  const channel = new DeclaringChannel(connection);
  try {
    return await work(channel);
  } finally {
    await channel.close();
  }
}

/** So many channels declare at once: the client asks one thing at a time on each, and the broker takes its time for every answer. */
const CHANNELS = 4;

/**
 * Does something for each of many entities, over several channels: begun in their order, ended in any, the results in theirs. After
 * a failure nothing more is begun; once all have ended, that of the first entity that failed is told.
 */
export async function overChannels<Item, Result>(
  connection: TopologyConnection,
  items: readonly Item[],
  work: (item: Item, channel: DeclaringChannel) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const failures = new Map<number, unknown>();
  const waiting = items.entries();
  const goThrough = async (channel: DeclaringChannel): Promise<void> => {
    for (const [index, item] of waiting) {
      if (failures.size > 0) return;
      try {
        results[index] = await work(item, channel);
      } catch (error) {
        failures.set(index, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CHANNELS, items.length) }, () => withDeclaringChannel(connection, goThrough)));
  if (failures.size > 0) throw failures.get(Math.min(...failures.keys()));
  return results;
}
