import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeServer } from '@waybill/servers/vitest';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { ExampleProcess } from './support/example-process.ts';

const ORDERS = 30;
const ids = Array.from({ length: ORDERS }, (_, index) => String(index + 1));
const linesOf = (text: string): string[] => text.trimEnd().split('\n');

/** What a shop tells of one order, without the time, and without what depends on the order of the orders. */
const told = (id: string): string[] => [
  `orders order ${id} is submitted: Ada, 1 mugs, 12.00 EUR`,
  `warehouse 1 mugs are reserved for order ${id}`,
  `orders order ${id} has its mugs; payment is asked for`,
  `payments 12.00 EUR are taken for order ${id}`,
  `mail receipt is sent for order ${id}`,
  `orders order ${id} is complete`,
];
const withoutChance = (line: string): string =>
  line
    .replace(/^ {2}\d\d:\d\d:\d\d {2}(\w+) +/, '$1 ')
    .replace(/, -?\d+ are left/, '')
    .replace(/receipt R-\d+/, 'receipt')
    .replace(/ \(attempt \d+\)$/, ''); // a quorum queue counts a delivery that was given back when the shop closed

await describeServer('rabbitmq', (server) => {
  let data = '';
  beforeAll(() => void (data = mkdtempSync(join(tmpdir(), 'waybill-orders-'))));
  afterAll(() => rmSync(data, { recursive: true }));
  const table = (name: string): Record<string, { readonly state?: string; readonly receipt?: string }> =>
    JSON.parse(readFileSync(join(data, `${name}.json`), 'utf8')) as ReturnType<typeof table>;
  const start = (program: string, ...parameters: readonly string[]): ExampleProcess =>
    new ExampleProcess([`orders/${program}`, '--data', data, ...parameters], { WAYBILL_RABBITMQ_URL: server.url });

  it('says to a customer who comes before there is a shop what to do', async () => {
    await using producer = start('producer');
    expect(await producer.exitCode()).toBe(1);
    expect(producer.stdout).toBe('');
    expect(producer.stderr).toContain('UNROUTABLE. There is no such place.');
  });

  it('loses nothing while the shop is closed and opened again', { timeout: 90_000 }, async () => {
    await using first = start('worker');
    await first.printed((stdout) => stdout.includes('The shop is open.'));
    await using producer = start('producer', '--orders', String(ORDERS), '--every', '100');
    await producer.printed((stdout) => stdout.includes('order 5 is paid'));
    first.terminate();
    expect(await first.exitCode()).toBe(0);
    expect(linesOf(first.stdout).at(-1)).toBe('The shop is closed. What is ordered now waits until it opens again.');

    const begun = first.stdout.split('is submitted').length;
    expect(begun).toBeGreaterThan(first.stdout.split('is complete').length); // some had come half of their way

    await producer.printed((stdout) => stdout.includes(`order ${ORDERS} is sent`)); // to a shop that is closed
    expect(linesOf(producer.stdout).filter((line) => line.includes('is paid')).length).toBeLessThan(ORDERS);
    await using second = start('worker');
    expect(await producer.exitCode()).toBe(0);
    expect(linesOf(producer.stdout).at(-1)).toBe(`${ORDERS} orders, ${ORDERS} receipts.`);
    await second.printed((stdout) => stdout.split('is complete').length + first.stdout.split('is complete').length >= ORDERS + 2);
    second.terminate();
    expect(await second.exitCode()).toBe(0);

    const lines = [...linesOf(first.stdout), ...linesOf(second.stdout)].filter((line) => line.startsWith('  '));
    expect(lines.map(withoutChance).toSorted()).toEqual(ids.flatMap(told).toSorted());
    expect(Object.values(table('orders')).map(({ state }) => state)).toEqual(ids.map(() => 'complete'));
    expect(new Set(Object.values(table('charges')).map(({ receipt }) => receipt)).size).toBe(ORDERS);
    expect(first.stderr + second.stderr + producer.stderr).toBe('');
  });

  it('lets a customer leave who does not want to wait', { timeout: 60_000 }, async () => {
    await using producer = start('producer', '--orders', '3', '--every', '10'); // to a shop that is closed
    await producer.printed((stdout) => stdout.includes('order 3 is sent'));
    producer.terminate();
    expect(await producer.exitCode()).toBe(1);
    expect(linesOf(producer.stdout).at(-1)).toBe('3 orders, 0 receipts.');
    expect(producer.stderr).toBe('');
  });
});
