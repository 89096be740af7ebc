import { createBus, defineCommand, endpoint, handler, silentLogger, type Bus } from '@waybill/core';
import { memoryStore } from '@waybill/storage-memory';
import { expect, it } from 'vitest';
import { memory, memoryBroker } from '../src/index.ts';

const Place = defineCommand<{ readonly id: string }>('units.left');

it('a handler that outlives the stop of its bus keeps neither transaction nor key: the message is handled elsewhere', async () => {
  const broker = memoryBroker();
  const store = memoryStore();
  const began: string[] = [];
  const process = (name: string, handle: () => Promise<void>): Bus => {
    const place = handler(Place, async () => {
      began.push(name);
      await handle();
    });
    const orders = endpoint('orders', { handlers: [place] });
    return createBus({
      name: 'shop',
      transport: memory({ broker }),
      store,
      drainTimeout: '20ms',
      logger: silentLogger,
      endpoints: [orders],
    });
  };
  const stuck = process('stuck', () => new Promise(() => {}));
  await using other = process('other', async () => {});
  await stuck.start();
  await stuck.send(Place, { id: '1' });
  await expect.poll(() => began).toEqual(['stuck']);
  await other.start();
  await stuck.stop();
  await expect.poll(() => began).toEqual(['stuck', 'other']);
  await expect.poll(() => other.endpoint('orders').inFlight).toBe(0);
});
