import { expect, it } from 'vitest';

import { parseChaosOptions } from '../src/chaos-options.ts';

it('fills in what is not given, and takes what pnpm hands on', () => {
  const common = {
    transport: 'rabbitmq',
    queue: 'quorum',
    minutes: 1,
    producers: 2,
    consumers: 3,
    relays: 0,
    rate: 200,
    store: undefined,
    out: undefined,
    keep: false,
  };
  expect(parseChaosOptions([])).toMatchObject(common);
  expect(parseChaosOptions(['--', '--queue', 'classic', '--minutes', '0.5', '--seed', '7'])).toEqual({
    ...common,
    queue: 'classic',
    minutes: 0.5,
    seed: 7,
  });
  expect(parseChaosOptions(['--help'])).toBe('help');
});

it('with a store two processes relay', () => {
  expect(parseChaosOptions(['--store', 'postgres'])).toMatchObject({ store: 'postgres', relays: 2 });
});

it.each([
  [['--transport', 'pigeon'], '--transport is "pigeon". Use one of rabbitmq.'],
  [['--queue', 'stream'], '--queue is "stream". Use one of quorum, classic.'],
  [['--minutes', '0'], '--minutes is "0". Use a number above 0.'],
  [['--store', 'shoebox'], '--store is "shoebox". Use one of postgres.'],
  [['--relays', '1'], '--relays is given without --store'],
  [['--consumers', '1'], '--consumers is "1". Use a whole number from 2.'],
])('refuses %s', (given, problem) => {
  expect(() => parseChaosOptions(given)).toThrow(problem);
});
