import { describe, expect, it } from 'vitest';
import { HEADERS } from '@waybill/core/transport';
import { attemptOf, fromAmqp, lastDeath } from '../../src/receive/from-amqp.ts';
import type { AmqpProperties } from '../../src/rabbitmq-client.ts';

const content = Buffer.from('body');
const headersOf = (properties: AmqpProperties): Record<string, string> =>
  Object.fromEntries(fromAmqp({ content, properties }).headers) as Record<string, string>;
/** Made at 2025-11-21T14:00:00.999Z. */
const ID = '019aa6b6-fae7-7475-aee7-13912f2516ce';
const AT = '2025-11-21T14:00:00';
const SECOND = 1_763_733_600;
const fields = { deliveryTag: 1, redelivered: false, routingKey: 'q', exchange: '' };

describe('a message that has arrived', () => {
  it('has the texts, numbers and truth values of its table as strings, and nothing else of it', () => {
    const table = { text: 'a', number: 7, truth: false, list: ['a'], table: { a: 1 }, bytes: Buffer.from('a'), nothing: null };
    expect(headersOf({ headers: table })).toEqual({ text: 'a', number: '7', truth: 'false' });
  });

  it('has native properties where our headers say nothing, and ours where both do', () => {
    const properties = { messageId: 'native', correlationId: 'native', type: 'a.b', appId: 'python', headers: { [HEADERS.id]: 'ours' } };
    expect(headersOf(properties)).toEqual({
      [HEADERS.id]: 'ours',
      [HEADERS.correlation]: 'native',
      [HEADERS.name]: 'a.b',
      [HEADERS.source]: 'python',
    });
  });

  it('takes the time of a foreign sender, and no time that is none', () => {
    expect(headersOf({ timestamp: 1_795_269_600 })).toEqual({ [HEADERS.sent]: '2026-11-21T14:00:00.000Z' });
    expect(headersOf({ timestamp: 2 ** 60 })).toEqual({});
  });

  it.each<[string, AmqpProperties, Record<string, string>]>([
    [
      'its milliseconds, and that it begins a conversation',
      { messageId: ID, timestamp: SECOND },
      { [HEADERS.sent]: `${AT}.999Z`, [HEADERS.conversation]: ID },
    ],
    [
      'nothing where it was made in another second',
      { messageId: ID, timestamp: SECOND - 1 },
      { [HEADERS.sent]: '2025-11-21T13:59:59.000Z' },
    ],
    ['nothing without the time of sending', { messageId: ID }, {}],
    [
      'nothing that a header says',
      { messageId: ID, timestamp: SECOND, headers: { [HEADERS.conversation]: 'c' } },
      { [HEADERS.sent]: `${AT}.999Z`, [HEADERS.conversation]: 'c' },
    ],
    [
      'nothing where it is no UUID of version 7',
      { messageId: ID.replace('-7', '-4'), timestamp: SECOND },
      { [HEADERS.sent]: `${AT}.000Z` },
    ],
    ['nothing where it only begins like one', { messageId: `${ID}0`, timestamp: SECOND }, { [HEADERS.sent]: `${AT}.000Z` }],
  ])('learns from its id %s', (_what, properties, expected) => {
    const { [HEADERS.id]: _id, ...rest } = headersOf(properties);
    expect(rest).toEqual(expected);
  });

  it('shows nothing of a prototype that a header brought', () => {
    const poisoned = JSON.parse('{"ok":"1"}') as Record<string, unknown>;
    Object.setPrototypeOf(poisoned, { isAdmin: 'yes', 'x-delivery-count': 7 });
    expect(headersOf({ headers: poisoned })).toEqual({ ok: '1' });
    expect(attemptOf({ fields, properties: { headers: poisoned } })).toBe(1);
  });

  it('hides what the broker wrote for itself: sent on, it would look like a circle', () => {
    const table = { 'x-death': [{}], 'x-first-death-queue': 'q', 'x-last-death-reason': 'expired', 'x-delivery-count': 3, 'x-own': 'kept' };
    expect(headersOf({ headers: table })).toEqual({ 'x-own': 'kept' });
  });
});

describe('the attempt', () => {
  it.each([
    { is: 1, redelivered: false, headers: {} },
    { is: 2, redelivered: true, headers: {} },
    { is: 1, redelivered: false, headers: { 'x-delivery-count': 0 } },
    { is: 4, redelivered: true, headers: { 'x-delivery-count': 3 } },
  ])('is $is', ({ is, redelivered, headers }) => {
    expect(attemptOf({ fields: { ...fields, redelivered }, properties: { headers } })).toBe(is);
  });
});

describe('what the broker tells of a dead letter', () => {
  it('is the last time', () => {
    const deaths = [
      { queue: 'orders', reason: 'expired', time: { '!': 'timestamp', value: 1_795_269_600 } },
      { queue: 'waybill.delay.level-03', reason: 'expired' },
    ];
    expect(lastDeath({ headers: { 'x-death': deaths } })).toEqual({ queue: 'orders', reason: 'expired', time: 1_795_269_600 });
  });

  it.each([undefined, 'text', [], [7], [{ queue: 7, reason: 'expired' }]])('is nothing in %j', (deaths) => {
    expect(lastDeath({ headers: { 'x-death': deaths } })).toBeUndefined();
  });
});
