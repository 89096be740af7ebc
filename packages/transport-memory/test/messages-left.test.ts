import { describe, expect, it } from 'vitest';
import type { Bus, LogFields } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { systemRuntime } from '@waybill/core/transport';
import type { MemoryOptions } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';

const Charge = defineCommand<{ readonly n: number }>('billing.charge');
const Ship = defineCommand<{ readonly n: number }>('shipping.ship');
const endpoints = [
  endpoint('billing', { handlers: [handler(Charge, () => undefined)] }),
  endpoint('shipping', { handlers: [handler(Ship, () => undefined)] }),
];

function warnedBus(options: MemoryOptions): { readonly bus: Bus; readonly warned: readonly LogFields[] } {
  const warned: LogFields[] = [];
  const logger = { ...silentLogger, warn: (fields: LogFields) => void warned.push(fields) };
  return { bus: createBus({ transport: memory(options), endpoints, logger }), warned };
}

describe('a bus that stops while messages wait in memory', () => {
  it('says so once, with the count of each endpoint that has some, and handles them when it starts again', async () => {
    const { bus, warned } = warnedBus({});
    await bus.start();
    await bus.endpoint('billing').pause();
    for (const n of [1, 2]) await bus.send(Charge, { n });
    await bus.send(Charge, { n: 3 }, { delay: '1h' });
    await bus.stop();
    expect(warned).toEqual([{ event: 'transport.messages-left', transport: 'memory', waiting: { billing: 3 } }]);
    await bus.start();
    await bus.stop();
    expect(warned.slice(1)).toEqual([{ event: 'transport.messages-left', transport: 'memory', waiting: { billing: 1 } }]);
  });

  it('says nothing when all is handled, nor when it was stopped without being started', async () => {
    const { bus, warned } = warnedBus({});
    await bus.stop();
    await bus.start();
    await bus.send(Charge, { n: 1 });
    await bus.stop();
    expect(warned).toEqual([]);
  });

  it('says nothing while another transport at the same broker could take them; the last to leave does', async () => {
    const broker = memoryBroker();
    const [first, second] = [warnedBus({ broker }), warnedBus({ broker })];
    await first.bus.start();
    await second.bus.start();
    await first.bus.send(Charge, { n: 1 }, { delay: '1h' });
    await first.bus.stop();
    expect(first.warned).toEqual([]);
    await second.bus.stop();
    expect(second.warned).toHaveLength(1);
  });

  it('says nothing where the broker that it is like would keep them', async () => {
    const { bus, warned } = warnedBus({ like: 'rabbitmq' });
    await bus.start();
    await bus.send(Charge, { n: 1 }, { delay: '1h' });
    await bus.stop();
    expect(warned).toEqual([]);
  });

  it('does not count what was taken back', async () => {
    const broker = memoryBroker();
    const { bus, warned } = warnedBus({ broker });
    await bus.start();
    const outside = memory({ broker });
    await outside.open({ runtime: systemRuntime({ logger: silentLogger }), onState: () => undefined });
    const destination = { kind: 'endpoint', name: 'billing' } as const;
    const [outcome] = await outside.send(
      [{ destination, headers: new Map(), body: new Uint8Array(), notBefore: Date.now() + 3_600_000 }],
      {},
    );
    const token = outcome?.status === 'accepted' ? outcome.token : undefined;
    expect(await outside.cancel(token ?? '')).toBe(true);
    await outside.close();
    await bus.stop();
    expect(warned).toEqual([]);
  });
});
