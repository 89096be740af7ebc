import { describe, expect, it } from 'vitest';
import { createBus, defineCommand, endpoint, handler, type Bus, type Command, type EndpointOptions } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker, type MemoryLikeness } from '../src/index.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');
const work = handler(Work, () => undefined);

const busOn = (transport: IMessageTransport, options: Partial<EndpointOptions> = {}): Bus =>
  createBus({ name: 'jobs', transport, endpoints: [endpoint('jobs', { handlers: [work], ...options })] });

describe('start', () => {
  it('is given up by stop, also when the transport never answers', async () => {
    const hanging: IMessageTransport = Object.assign(memory(), { open: () => new Promise<void>(() => undefined) });
    const runtime = virtualRuntime();
    const bus = createBus({ name: 'jobs', transport: hanging, runtime, handlers: [work] });
    const starting = bus.start().catch((error: unknown) => error);
    const stopping = bus.stop();
    await runtime.advance(500); // half of what the transport allows for a stop
    await stopping;
    expect(await starting).toMatchObject({ code: 'START_ABORTED' });
    expect([bus.state, runtime.openTimers]).toEqual(['stopped', 0]);
  });

  it('is given up by its signal, with the reason as cause, and can be tried again', async () => {
    const bus = busOn(memory());
    const reason = new Error('too slow');
    await expect(bus.start({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ code: 'START_ABORTED', cause: reason });
    await bus.start();
    expect(bus.state).toBe('started');
    await bus.stop();
  });

  it('is refused by the broker once, and succeeds when it is tried again', async () => {
    const broker = memoryBroker();
    broker.faults.failOpens(1);
    const bus = busOn(memory({ broker }));
    await expect(bus.start()).rejects.toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
    expect(broker.faults.struck('failOpen')).toBe(1);
    await bus.start();
    await bus.stop();
  });
});

describe('an ordered endpoint', () => {
  const start = async (like: MemoryLikeness | undefined, ordered: EndpointOptions['ordered']): Promise<void> => {
    const bus = busOn(memory(like === undefined ? {} : { like }), { ordered: ordered as boolean });
    await bus.start();
    await bus.stop();
  };

  it('starts where the transport holds lanes, and where the user has chosen what it can do', async () => {
    await expect(start(undefined, true)).resolves.toBeUndefined();
    await expect(start('sqs-fifo', { onWait: 'hold' })).resolves.toBeUndefined();
    await expect(start('rabbitmq', { onWait: 'pass' })).resolves.toBeUndefined();
  });

  it('fails to start where the transport cannot hold lanes, and names what it can do', async () => {
    await expect(start('rabbitmq', true)).rejects.toMatchObject({
      code: 'CAPABILITY_NOT_SUPPORTED',
      message: expect.stringContaining("ordered: { onWait: 'pass' }") as string,
    });
  });

  it('fails to start where the transport has no lanes at all', async () => {
    await expect(start('sqs', { onWait: 'pass' })).rejects.toMatchObject({
      code: 'CAPABILITY_NOT_SUPPORTED',
      message: expect.stringContaining('Drop `ordered`') as string,
    });
  });

  it('cannot park without a store', async () => {
    await expect(start(undefined, { onWait: 'park' })).rejects.toMatchObject({ code: 'CAPABILITY_NOT_SUPPORTED' });
  });
});
