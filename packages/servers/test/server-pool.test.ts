import { expect, it } from 'vitest';

import { ServerPool } from '../src/server-pool.ts';
import { Fakes } from './fakes.ts';

it('finds a server once, however many ask for it at the same time', async () => {
  const { fakes, pool } = nativePool();
  const found = await Promise.all([pool.find('rabbitmq'), pool.find('rabbitmq')]);
  expect(found[0]).toEqual({
    isFound: true,
    title: 'RabbitMQ',
    version: '3.10.8',
    source: 'native',
    address: 'amqp://127.0.0.1:20001',
    way: 'virtual hosts',
  });
  expect(fakes.events.filter((event) => event.startsWith('start'))).toHaveLength(1);
});

it('makes a space for each who asks, and removes it once', async () => {
  const { fakes, pool } = nativePool();
  const [first, second] = await Promise.all([pool.makeSpace('rabbitmq', 'a'), pool.makeSpace('rabbitmq', 'b')]);
  expect([first.id, second.id]).toEqual(['waybill-run-1-a', 'waybill-run-2-b']);
  await pool.removeSpace(first.id);
  await pool.removeSpace(first.id);
  expect(fakes.events.filter((event) => event.startsWith('remove'))).toEqual(['remove waybill-run-1-a']);
});

it('removes the spaces that are left before it ends the servers that it started', async () => {
  const { fakes, pool } = nativePool();
  await pool.makeSpace('rabbitmq', 'left');
  await expect(pool.close()).resolves.toEqual([]);
  expect(fakes.events.slice(-2)).toEqual(['remove waybill-run-1-left', 'dispose native']);
});

it('refuses a space on a server that is missing, with the way out', async () => {
  const fakes = new Fakes();
  const pool = new ServerPool(fakes.machine, () => fakes.kind, 'run');
  await expect(pool.makeSpace('rabbitmq', 'a')).rejects.toThrow('Set WAYBILL_RABBITMQ_URL');
  await expect(pool.close()).resolves.toEqual([]);
});

function nativePool(): { readonly fakes: Fakes; readonly pool: ServerPool } {
  const fakes = new Fakes();
  fakes.nativeProblem = undefined;
  return { fakes, pool: new ServerPool(fakes.machine, () => fakes.kind, 'run') };
}
