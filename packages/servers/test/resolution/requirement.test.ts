import { expect, it } from 'vitest';

import { readRequirement } from '../../src/resolution/requirement.ts';

const KNOWN = ['rabbitmq', 'postgres'];

it('requires nothing where nothing is said', () => {
  expect(readRequirement(undefined, KNOWN)).toMatchObject({ named: [] });
  expect(readRequirement('', KNOWN).requires('rabbitmq')).toBe(false);
});

it('requires those that are named', () => {
  const { named, requires } = readRequirement(' rabbitmq ,', KNOWN);
  expect(named).toEqual(['rabbitmq']);
  expect([requires('rabbitmq'), requires('postgres')]).toEqual([true, false]);
});

it('requires all', () => {
  const { named, requires } = readRequirement('all', KNOWN);
  expect(named).toEqual([]);
  expect([requires('rabbitmq'), requires('postgres')]).toEqual([true, true]);
});

it('refuses a name that does not exist', () => {
  expect(() => readRequirement('rabbit', KNOWN)).toThrow(
    'WAYBILL_REQUIRE names rabbit, which no test knows. It may be "all", or name rabbitmq, postgres.',
  );
});
