import { createBus, defineCommand, describeBus, endpoint, handler } from '@waybill/core';
import { expect, it } from 'vitest';
import { rabbitmq } from '../src/index.ts';

it('a description shows the delay ladder and the lanes of an endpoint in one line each', () => {
  const work = handler(defineCommand('stock.count'), () => undefined);
  const endpoints = [endpoint('stock', { handlers: [work], ordered: { onWait: 'pass' } })];
  const bus = createBus({ name: 'stock', transport: rabbitmq({ url: 'amqp://of-the-shop:secret@127.0.0.1' }), endpoints });
  const { text, topology } = describeBus(bus);
  const lines = text.slice(text.indexOf('at the broker')).split('\n');
  expect(topology.entities.length).toBeGreaterThan(150);
  expect(lines.filter((line) => /delay\.level|lane-\d/.test(line))).toEqual([]);
  expect(lines).toEqual(
    expect.arrayContaining([expect.stringMatching(/^ {2}delay ladder: \d+ entities$/), '  queue stock', '  queue stock.dead-letter']),
  );
  expect(lines.filter((line) => line.startsWith('  lanes of stock: '))).toHaveLength(1);
  expect(lines.length).toBeLessThan(20);
  expect(text).not.toContain('secret');
});
