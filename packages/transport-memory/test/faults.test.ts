import { describe, expect, it } from 'vitest';
import { memory, memoryBroker } from '../src/index.ts';
import { openBench } from './support/open-bench.ts';

describe('a fault that strikes the next calls', () => {
  it('drops a confirm: the message is stored, its outcome is unknown', async () => {
    const broker = memoryBroker();
    const bench = await openBench(broker);
    broker.faults.dropConfirms(1);
    expect(await bench.send('a')).toMatchObject({ status: 'unknown' });
    expect(await bench.send('b')).toMatchObject({ status: 'accepted' });
    expect(broker.faults.struck('dropConfirm')).toBe(1);
    await bench.receiver.start();
    await bench.settle();
    expect(bench.texts()).toEqual(['a', 'b']);
    await bench.close();
  });

  it('refuses a send: nothing is stored', async () => {
    const broker = memoryBroker();
    const bench = await openBench(broker);
    broker.faults.rejectSends(1);
    expect(await bench.send('a')).toMatchObject({ status: 'rejected', code: 'SEND_REJECTED', retryable: true });
    await bench.receiver.start();
    await bench.settle();
    expect(bench.texts()).toEqual([]);
    await bench.close();
  });

  it('stores a message twice', async () => {
    const broker = memoryBroker();
    const bench = await openBench(broker);
    broker.faults.duplicate(1);
    await bench.send('a');
    await bench.receiver.start();
    await bench.settle();
    expect(bench.texts()).toEqual(['a', 'a']);
    await bench.close();
  });

  it('fails a settlement: nothing takes effect, and another verb may be called', async () => {
    const broker = memoryBroker();
    const bench = await openBench(broker);
    await bench.send('a');
    await bench.receiver.start();
    await bench.settle();
    broker.faults.failSettlements(1);
    const [delivery] = bench.arrived;
    await expect(Promise.resolve().then(() => delivery?.ack())).rejects.toMatchObject({ code: 'TRANSPORT_NOT_OPEN' });
    expect(delivery?.release()).toBe('settled');
    await bench.settle();
    expect(bench.texts()).toEqual(['a', 'a']);
    await bench.close();
  });
});

describe('a fault that strikes at once', () => {
  it('reorders what waits, and leaves lanes alone', async () => {
    const random = (): number => 0;
    const free = memoryBroker({ random });
    const bench = await openBench(free);
    for (const text of ['a', 'b', 'c']) await bench.send(text);
    expect(free.faults.reorder('bench')).toBe(3);
    await bench.receiver.start();
    await bench.settle();
    expect(bench.texts()).not.toEqual(['a', 'b', 'c']);
    expect(bench.texts().toSorted()).toEqual(['a', 'b', 'c']);
    await bench.close();

    const laned = memoryBroker({ random });
    const ordered = await openBench(laned, { ordered: true });
    for (const text of ['a', 'b', 'c']) await ordered.send(text, { partitionKey: 'k' });
    expect(laned.faults.reorder('bench')).toBe(0);
    await ordered.close();
  });

  it('expires locks where there are locks: `lost` aborts, a verb answers lost, the message comes again and is counted', async () => {
    const broker = memoryBroker({ like: 'sqs' });
    const bench = await openBench(broker);
    await bench.send('a');
    await bench.receiver.start();
    await bench.settle();
    const [delivery] = bench.arrived;
    const { lost } = delivery as NonNullable<typeof delivery>;
    expect(broker.faults.expireLocks('elsewhere')).toBe(0);
    expect(broker.faults.expireLocks('bench')).toBe(1);
    expect(lost.aborted).toBe(true);
    expect(delivery?.ack()).toBe('lost');
    await bench.settle();
    expect(bench.arrived.map(({ attempt }) => attempt)).toEqual([1, 2]);
    await bench.close();
    expect(memoryBroker().faults.expireLocks()).toBe(0);
  });

  it('revokes partitions of a log: all beyond the position is read again, also what was done', async () => {
    const broker = memoryBroker({ like: 'kafka' });
    const bench = await openBench(broker);
    for (const text of ['a', 'b', 'c']) await bench.send(text, { partitionKey: 'k' });
    await bench.receiver.start();
    await bench.settle();
    expect(bench.arrived[1]?.ack()).toBe('settled');
    expect(broker.faults.losePartitions('bench')).toBe(2);
    await bench.settle();
    expect(bench.texts()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    for (const delivery of bench.arrived.slice(3)) await delivery.ack();
    broker.faults.losePartitions('bench');
    await bench.settle();
    expect(bench.arrived.length).toBe(6);
    await bench.close();
  });

  it('cuts connections: deliveries are lost and come again, sends go on', async () => {
    const broker = memoryBroker({ like: 'rabbitmq' });
    const bench = await openBench(broker);
    await bench.send('a');
    await bench.receiver.start();
    await bench.settle();
    expect(broker.faults.cutConnections()).toBe(1);
    expect(bench.states.map(({ status }) => status)).toEqual(['connected', 'reconnecting', 'connected']);
    expect(bench.arrived[0]?.ack()).toBe('lost');
    await bench.send('b');
    await bench.settle();
    expect(bench.texts().toSorted()).toEqual(['a', 'a', 'b']);
    await bench.close();
  });

  it('crashes the broker: what is durable is still there, the rest is gone', async () => {
    for (const [like, left] of [
      [undefined, 0],
      ['rabbitmq', 1],
    ] as const) {
      const broker = memoryBroker(like === undefined ? {} : { like });
      const bench = await openBench(broker);
      await bench.send('a');
      broker.faults.crash();
      await bench.receiver.start();
      await bench.settle();
      expect(bench.arrived.length).toBe(left);
      await bench.close();
    }
  });
});

describe('a memory broker', () => {
  it('drops a second message of an id inside its window, and takes a deliberate copy', async () => {
    const broker = memoryBroker({ like: 'sqs-fifo' });
    const bench = await openBench(broker);
    for (const entry of [{}, {}, { copy: 'returned-1' }]) expect(await bench.send('a', entry)).toMatchObject({ status: 'accepted' });
    await bench.receiver.start();
    await bench.settle();
    expect(bench.texts()).toEqual(['a', 'a']);
    await bench.close();
  });

  it('refuses what its likeness cannot do', async () => {
    const bench = await openBench(memoryBroker({ like: 'sqs' }));
    expect(await bench.send('a', { priority: 1 })).toMatchObject({ status: 'rejected', code: 'SEND_REJECTED' });
    expect(await bench.send('a', { notBefore: Date.now() + 16 * 60_000 })).toMatchObject({ status: 'rejected', code: 'SEND_REJECTED' });
    expect(await bench.send('a', { notBefore: Date.now() + 14 * 60_000 })).toMatchObject({ status: 'accepted' });
    await bench.close();
  });

  it('names an unknown likeness, a limit that is none, and a broker that is none', () => {
    expect(() => memoryBroker({ like: 'mqtt' as never })).toThrow(/Use one of rabbitmq, service-bus, sqs, sqs-fifo, kafka, database/);
    expect(() => memory({ maxMessageBytes: 0 })).toThrow(/`maxMessageBytes` is 0/);
    expect(() => memory({ broker: {} as never })).toThrow(/no memory broker/);
  });
});
