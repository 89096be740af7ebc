import { systemRuntime } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import { overChannels, withDeclaringChannel } from '../../src/topology/declaring-channel.ts';
import type { TopologyChannel, TopologyConnection } from '../../src/topology/topology-channel.ts';

/** A connection whose channels only say that they were opened and closed. */
function countingConnection(): {
  readonly connection: TopologyConnection;
  readonly counts: { opened: number; closed: number; listening: number };
} {
  const counts = { opened: 0, closed: 0, listening: 0 };
  const channel = {
    on: () => {
      counts.listening += 1;
    },
    close: async () => {
      counts.closed += 1;
    },
  } as unknown as TopologyChannel;
  const openChannel = async (): Promise<TopologyChannel> => {
    counts.opened += 1;
    return channel;
  };
  return { connection: { openChannel, runtime: systemRuntime() }, counts };
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const refuse = (): Promise<never> => Promise.reject(new Error('406'));

describe('a channel for declarations', () => {
  it('is opened when it is needed, listened to before anything is asked, replaced after a refusal, and closed at the end', async () => {
    const { connection, counts } = countingConnection();
    await withDeclaringChannel(connection, async () => undefined);
    expect(counts).toEqual({ opened: 0, closed: 0, listening: 0 });
    await withDeclaringChannel(connection, async (channel) => {
      await channel.run(async () => expect(counts.listening).toBe(1));
      await expect(channel.run(refuse)).rejects.toThrow('406');
      await channel.run(async () => expect(counts).toEqual({ opened: 2, closed: 1, listening: 2 }));
    });
    expect(counts.closed).toBe(2);
  });
});

describe('many declarations', () => {
  it('go over four channels at once, and their results are in their order', async () => {
    const { connection, counts } = countingConnection();
    const items = Array.from({ length: 50 }, (_, index) => index);
    let running = 0;
    let most = 0;
    const results = await overChannels(connection, items, (item, channel) =>
      channel.run(async () => {
        most = Math.max(most, (running += 1));
        await Promise.resolve();
        running -= 1;
        return item * 2;
      }),
    );
    expect(results).toEqual(items.map((item) => item * 2));
    expect([most, counts.opened, counts.closed]).toEqual([4, 4, 4]);
  });

  it('end with the first failure: nothing more is begun, and what runs has ended', async () => {
    const { connection, counts } = countingConnection();
    let [begun, ended] = [0, 0];
    const items = Array.from({ length: 50 }, (_, index) => index);
    const work = overChannels(connection, items, (item, channel) =>
      channel.run(async () => {
        begun += 1;
        await Promise.resolve();
        ended += 1;
        if (item === 5) throw new Error('refused');
      }),
    );
    await expect(work).rejects.toThrow('refused');
    expect(begun).toBeLessThan(items.length / 2);
    expect(ended).toBe(begun);
    expect(counts.closed).toBe(4);
  });

  it('tell the failure of the first entity, whichever came first', async () => {
    const { connection } = countingConnection();
    const second = deferred();
    const work = overChannels(connection, ['first', 'second'], (item, channel) =>
      channel.run(async () => {
        if (item === 'first') await second.promise;
        else queueMicrotask(second.resolve);
        throw new Error(item);
      }),
    );
    await expect(work).rejects.toThrow('first');
  });
});
