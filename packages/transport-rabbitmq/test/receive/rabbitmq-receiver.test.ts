import { EventEmitter, once } from 'node:events';
import { silentLogger, systemRuntime } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import type { AmqpConnection } from '../../src/rabbitmq-client.ts';
import { notConnected } from '../../src/rabbitmq-errors.ts';
import { RabbitmqReceiver } from '../../src/receive/rabbitmq-receiver.ts';

/** A channel that does all that it is told, and a queue that may be gone. */
class FakeChannel extends EventEmitter {
  readonly #consume: () => Promise<void>;

  constructor(consume: () => Promise<void>) {
    super();
    this.#consume = consume;
  }

  async prefetch(): Promise<void> {}
  consume(): Promise<void> {
    return this.#consume();
  }
  async close(): Promise<void> {}
}

/** A receiver that has started; what it meets next is told to it, and what it does is noted. */
class Rig {
  readonly notes: string[] = [];
  readonly #events = new EventEmitter();
  #next: readonly ('away' | 'gone' | 'there')[] = ['there'];
  #channel: FakeChannel | undefined;

  /** Its channel ends, and it meets this one after another, until it receives again. */
  async meets(...next: readonly ('away' | 'gone' | 'there')[]): Promise<readonly string[]> {
    this.#next = next;
    this.notes.length = 0;
    const back = once(this.#events, 'there');
    this.#channel?.emit('close');
    await back;
    return [...this.notes];
  }

  async start(): Promise<this> {
    const real = systemRuntime({ logger: silentLogger });
    const receiver = new RabbitmqReceiver(
      {
        runtime: { ...real, setTimer: (delayMs, callback) => real.setTimer(Math.min(delayMs, 1_000) / 1_000, callback) },
        endpoint: 'work',
        queues: ['work'],
        laneOf: () => undefined,
        copies: {} as never,
        isShared: false,
        connect: async () => this.#connect(),
        restore: async () => void this.notes.push('declares again'),
        onFault: () => undefined,
      },
      1,
      () => undefined,
    );
    await receiver.start();
    return this;
  }

  #connect(): AmqpConnection {
    const [met = 'there', ...rest] = this.#next;
    this.#next = rest;
    this.notes.push(met);
    if (met === 'away') throw notConnected('ECONNREFUSED');
    const channel = new FakeChannel(async () => {
      if (met === 'gone') throw Object.assign(new Error('NOT_FOUND - no queue'), { code: 404 });
      this.#events.emit('there');
    });
    this.#channel = channel;
    return { createChannel: async () => channel } as never;
  }
}

describe('a receiver that has lost its channel', () => {
  it('declares nothing by itself, however long the broker was away: that is done with the connection', async () => {
    const rig = await new Rig().start();
    expect(await rig.meets('away', 'away', 'away', 'there')).toEqual(['away', 'away', 'away', 'there']);
  });

  it('declares again what was applied where its queue is gone, and receives', async () => {
    const rig = await new Rig().start();
    expect(await rig.meets('gone', 'there')).toEqual(['gone', 'declares again', 'there']);
  });
});
