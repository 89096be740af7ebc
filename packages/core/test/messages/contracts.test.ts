import { describe, expect, it } from 'vitest';
import type { Contract, StandardSchema } from '@waybill/core';
import { defineCommand, defineEvent, defineQuery, typed } from '@waybill/core';
import { formatIssue } from '../../src/messages/standard-schema.ts';
import { validateMessage } from '../../src/messages/validate-message.ts';

const nameProblem = (part: string): unknown =>
  expect.objectContaining({ code: 'NAME_INVALID', message: expect.stringContaining(part) as string });

const DEFINE: readonly (readonly [string, (name: string) => Contract])[] = [
  ['command', (name) => defineCommand(name)],
  ['event', (name) => defineEvent(name)],
  ['query', (name) => defineQuery(name)],
];

describe('a contract', () => {
  it('holds its kind, name and version, and cannot be changed', () => {
    for (const [kind, define] of DEFINE) {
      const contract = define('orders.do-it');
      expect(contract).toMatchObject({ kind, name: 'orders.do-it', version: 1, endpoint: undefined, hasReply: kind === 'query' });
      expect(Object.isFrozen(contract)).toBe(true);
    }
    expect(defineCommand('orders.x', { version: 7, endpoint: 'elsewhere' })).toMatchObject({ version: 7, endpoint: 'elsewhere' });
    expect(defineCommand<object, object>('orders.x', { reply: true }).hasReply).toBe(true);
  });

  const good = ['a.b', 'orders.submit-order', 'a.b.c.d', '0.1', '-.-', `a.${'b'.repeat(98)}`];
  it.each(good)('may be named %s', (name) => {
    expect(defineEvent(name).name).toBe(name);
  });

  const bad: [unknown, string][] = [
    ['orders', 'one segment'],
    ['', 'lower-case'],
    ['.', 'lower-case'],
    ['a.', 'lower-case'],
    ['.a', 'lower-case'],
    ['a..b', 'lower-case'],
    ['Orders.submit', 'No underscores, no capitals'],
    ['orders.submit_order', 'No underscores, no capitals'],
    ['orders.submit order', 'lower-case'],
    ['orders.submit\n', 'lower-case'],
    ['orders.größe', 'lower-case'],
    ['orders.__proto__', 'lower-case'],
    [`a.${'b'.repeat(99)}`, '101 characters; 100 are allowed'],
    [undefined, 'lower-case'],
    [{ toString: () => 'a.b' }, 'lower-case'],
  ];
  it.each(bad)('may not be named %j', (name, part) => {
    for (const [, define] of DEFINE) expect(() => define(name as string)).toThrow(nameProblem(part) as Error);
  });

  it('may point to an endpoint of one segment and at most 60 characters', () => {
    expect(defineCommand('a.b', { endpoint: 'e'.repeat(60) }).endpoint).toHaveLength(60);
    expect(() => defineCommand('a.b', { endpoint: 'e'.repeat(61) })).toThrow(nameProblem('61 characters; 60 are allowed') as Error);
    expect(() => defineCommand('a.b', { endpoint: 'Orders' })).toThrow(nameProblem('endpoint name') as Error);
  });

  it.each([0, -1, 1.5, Number.NaN, 2 ** 53, '1', null])('may not have the version %s', (version) => {
    expect(() => defineEvent('a.b', { version: version as number })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', details: { option: 'version' } }),
    );
  });
});

describe('a message', () => {
  type Result = ReturnType<StandardSchema['~standard']['validate']>;
  const schemaOf = (validate: (value: unknown) => Result): StandardSchema => ({ '~standard': { version: 1, vendor: 'test', validate } });

  it('without a schema is what it is', () => {
    const value = { n: 1 };
    expect(validateMessage(defineEvent('a.b'), value)).toBe(value);
    expect(validateMessage(defineEvent('a.b', { schema: typed<object>() }), value)).toBe(value);
  });

  it('becomes the output of its schema, at once or later', async () => {
    const doubled = (value: unknown): { value: unknown } => ({ value: (value as number) * 2 });
    expect(validateMessage(defineEvent('a.b', { schema: schemaOf(doubled) }), 2)).toBe(4);
    const later = defineEvent('a.b', { schema: schemaOf(async (value) => doubled(value)) });
    expect(await validateMessage(later, 2)).toBe(4);
  });

  it('that does not fit fails with every issue and its path, at once or later', async () => {
    const issues = [{ message: 'expected number', path: ['items', 0, { key: 'price' }] }, { message: 'must not be empty' }];
    const error = {
      code: 'MESSAGE_INVALID',
      message: 'A message does not fit the schema of "a.b": items.0.price: expected number; must not be empty.',
      details: { contract: 'a.b', issues: ['items.0.price: expected number', 'must not be empty'] },
    };
    const now = defineEvent('a.b', { schema: schemaOf(() => ({ issues })) });
    expect(() => validateMessage(now, 1)).toThrow(expect.objectContaining(error));
    const later = defineEvent('a.b', { schema: schemaOf(async () => ({ issues })) });
    await expect(validateMessage(later, 1)).rejects.toMatchObject(error);
  });

  it('has issues that print, whatever their path is made of', () => {
    expect(formatIssue({ message: 'wrong', path: [Symbol('secret'), 1] })).toBe('Symbol(secret).1: wrong');
    expect(formatIssue({ message: 'wrong', path: [] })).toBe('wrong');
  });
});
