import { describe, expect, it } from 'vitest';
import type { Bus } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';

const Work = defineCommand<{ readonly n: number }>('jobs.work');

const made = (): Bus =>
  createBus({ name: 'jobs', transport: memory(), endpoints: [endpoint('jobs', { handlers: [handler(Work, () => undefined)] })] });
const quietly = (work: Promise<void>): Promise<unknown> => work.catch((error: unknown) => error);

describe('calls of start and stop that overlap', () => {
  type Call = 'start' | 'stop';
  const orders: [readonly Call[], Bus['state']][] = [
    [['stop', 'start', 'stop'], 'stopped'],
    [['stop', 'start'], 'started'],
    [['stop', 'start', 'stop', 'start'], 'started'],
    [['stop', 'stop', 'start', 'start', 'stop', 'stop'], 'stopped'],
  ];
  it.each(orders)('on a started bus, %j ends %s', async (calls, state) => {
    const bus = made();
    await bus.start();
    await Promise.all(calls.map((call) => quietly(bus[call]())));
    expect(bus.state).toBe(state);
    await bus.stop();
    expect(bus.state).toBe('stopped');
  });

  it.each<[readonly Call[], Bus['state']]>([
    [['start', 'stop'], 'stopped'],
    [['start', 'stop', 'start'], 'started'],
    [['start', 'start'], 'started'],
    [['stop', 'start', 'stop'], 'stopped'],
  ])('on a new bus, %j ends %s', async (calls, state) => {
    const bus = made();
    await Promise.all(calls.map((call) => quietly(bus[call]())));
    expect(bus.state).toBe(state);
    await bus.stop();
  });

  it('give up the start between two stops, and refuse sends from the first on', async () => {
    const bus = made();
    await bus.start();
    const first = bus.stop();
    await expect(bus.send(Work, { n: 1 })).rejects.toMatchObject({ code: 'BUS_STOPPED' });
    const starting = quietly(bus.start());
    const last = bus.stop();
    expect(await starting).toMatchObject({ code: 'START_ABORTED' });
    await Promise.all([first, last]);
    expect(bus.state).toBe('stopped');
    await bus.start();
    await bus.send(Work, { n: 1 });
    await bus.stop();
  });
});

describe('an endpoint', () => {
  it('is not running before start and after stop, and each has its code', async () => {
    const bus = made();
    expect(() => bus.endpoint('jobs')).toThrow(expect.objectContaining({ code: 'BUS_NOT_STARTED' }) as Error);
    await bus.start();
    expect(bus.endpoint('jobs').name).toBe('jobs');
    expect(() => bus.endpoint('other')).toThrow(expect.objectContaining({ code: 'ENDPOINT_UNKNOWN' }) as Error);
    await bus.stop();
    expect(() => bus.endpoint('jobs')).toThrow(expect.objectContaining({ code: 'BUS_STOPPED' }) as Error);
    expect(() => bus.endpoint('other')).toThrow(expect.objectContaining({ code: 'ENDPOINT_UNKNOWN' }) as Error);
  });
});

describe('stop', () => {
  it('that a handler awaits is told to wait for itself, long before the drain timeout', async () => {
    const runtime = manualRuntime();
    const stopping: Promise<void>[] = [];
    const work = handler(Work, async () => {
      const stop = bus.stop();
      stopping.push(stop);
      await stop;
    });
    const bus: Bus = createBus({ name: 'jobs', transport: memory(), runtime, endpoints: [endpoint('jobs', { handlers: [work] })] });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await runtime.settle();
    const warnings = (): readonly string[] => runtime.logged.filter(({ level }) => level === 'warn').map(({ event }) => event);
    await runtime.advance(4_999);
    expect(warnings()).toEqual([]);
    await runtime.advance(1);
    expect(warnings()).toEqual(['bus.stop-waiting']);
    expect(runtime.logged.find(({ event }) => event === 'bus.stop-waiting')).toMatchObject({ inFlight: 1, drainTimeoutMs: 30_000 });
    await runtime.advance(27_000);
    await Promise.all(stopping);
    expect(bus.state).toBe('stopped');
    expect(warnings().slice(0, 2)).toEqual(['bus.stop-waiting', 'bus.stop-forced']);
  });

  it('says nothing of handlers where none runs, and the receiver takes its time to stop', async () => {
    const runtime = manualRuntime();
    const transport = memory();
    const receive = transport.receive.bind(transport);
    transport.receive = (...given) => {
      const receiver = receive(...given);
      const stop = receiver.stop.bind(receiver);
      receiver.stop = () => new Promise((resolve) => void runtime.setTimer(100, () => resolve(stop())));
      return receiver;
    };
    const bus = createBus({ name: 'jobs', transport, runtime, drainTimeout: 0, endpoints: [endpoint('jobs', { handlers: [] })] });
    await bus.start();
    const stopping = bus.stop();
    await runtime.advance(60_000);
    await stopping;
    expect(runtime.logged.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('says nothing when the handlers end in time', async () => {
    const runtime = manualRuntime();
    const bus = createBus({ name: 'jobs', transport: memory(), runtime, endpoints: [endpoint('jobs', { handlers: [] })] });
    await bus.start();
    await bus.stop();
    await runtime.advance(60_000);
    expect(runtime.logged.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(runtime.pendingTimers()).toBe(0);
  });
});
