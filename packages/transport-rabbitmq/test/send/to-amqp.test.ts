import { describe, expect, it } from 'vitest';
import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import { fromAmqp } from '../../src/receive/from-amqp.ts';
import { amqpWriter, headerNotAllowed } from '../../src/send/to-amqp.ts';

const body = Buffer.from('body');
const toAmqp = amqpWriter();
const sent = (headers: Record<string, string>, facts: Partial<Parameters<typeof toAmqp>[1]> = {}) =>
  toAmqp({ headers: new Map(Object.entries(headers)), body }, { nativeId: headers[HEADERS.id] ?? 'made', ...facts });
const tableOf = (properties: ReturnType<typeof toAmqp>): Record<string, unknown> => ({ ...properties.headers });

describe('the properties of an outgoing message', () => {
  it('carry what AMQP has a property for, and the table of headers the rest', () => {
    const properties = sent({
      [HEADERS.id]: 'id-1',
      [HEADERS.correlation]: 'order-7',
      [HEADERS.name]: 'orders.submit-order',
      [HEADERS.contentType]: 'application/json',
      [HEADERS.source]: 'shop',
      [HEADERS.replyTo]: 'amq.rabbitmq.reply-to.x',
      [HEADERS.sent]: '2026-11-21T14:00:00.999Z',
      'x-own': 'Grüße',
    });
    expect(properties).toMatchObject({
      deliveryMode: 2,
      messageId: 'id-1',
      correlationId: 'order-7',
      type: 'orders.submit-order',
      contentType: 'application/json',
      appId: 'shop',
      replyTo: 'amq.rabbitmq.reply-to.x',
      timestamp: 1_795_269_600,
    });
    expect(tableOf(properties)).toEqual({ [HEADERS.sent]: '2026-11-21T14:00:00.999Z', 'x-own': 'Grüße' });
  });

  it('carry every header of a message that core has made', () => {
    const headers = MessageHeaders.empty().set(HEADERS.sent, '2026-11-21T14:00:00.999Z').set('x-own', 'mine');
    headers.begin('id-1');
    const properties = toAmqp({ headers, body }, { nativeId: 'id-1' });
    expect(tableOf(properties)).toEqual({ [HEADERS.conversation]: 'id-1', [HEADERS.sent]: '2026-11-21T14:00:00.999Z', 'x-own': 'mine' });
    expect(properties.messageId).toBe('id-1');
  });

  it('leave in the table what is too long for a property, measured in bytes', () => {
    const long = 'é'.repeat(128);
    const properties = sent({ [HEADERS.correlation]: long, [HEADERS.id]: long });
    expect(properties.correlationId).toBeUndefined();
    expect(properties.messageId).toBeUndefined();
    expect(tableOf(properties)).toEqual({ [HEADERS.correlation]: long, [HEADERS.id]: long });
    expect(sent({ [HEADERS.correlation]: 'é'.repeat(127) }).correlationId).toBe('é'.repeat(127));
  });

  it('say when each was sent, in whole seconds; nothing where that is no time, or before the first that AMQP knows', () => {
    const times = ['2026-11-21T14:00:00.999Z', '2026-11-21T14:00:01.000Z', '2026-11-21T14:00:00.999Z', 'soon', '1969-12-31T23:59:59.999Z'];
    const timestamps = times.map((time) => sent({ [HEADERS.sent]: time }).timestamp);
    expect([...timestamps, sent({}).timestamp]).toEqual([1_795_269_600, 1_795_269_601, 1_795_269_600, undefined, undefined, undefined]);
  });

  it('have an id of their own where the message has none', () => {
    expect(sent({}).messageId).toBe('made');
  });

  it('give the address of the inbox instead of the one in the headers', () => {
    const properties = sent({ [HEADERS.replyTo]: 'a stale address' }, { replyTo: 'amq.rabbitmq.reply-to' });
    expect(properties.replyTo).toBe('amq.rabbitmq.reply-to');
    expect(tableOf(properties)).toEqual({});
  });

  it('tell the broker priority and time to live as it wants them', () => {
    expect(sent({}, { priority: 0, timeToLiveMs: 0 })).toMatchObject({ priority: 0, expiration: '0' });
    expect(sent({}).expiration).toBeUndefined();
  });

  it('carry a header of any name, in a table that has nothing but what was put into it', () => {
    const headers = new Map([
      ['__proto__', 'a name'],
      ['constructor', 'another'],
    ]);
    const { headers: table } = toAmqp({ headers, body }, { nativeId: 'id-1' });
    const names: string[] = [];
    for (const name in table) names.push(name); // as the client does
    expect(names).toEqual(['__proto__', 'constructor']);
    expect(Object.entries(table ?? {})).toEqual(Array.from(headers));
  });

  it('come back as the headers that they were', () => {
    const headers = {
      [HEADERS.id]: 'id-1',
      [HEADERS.name]: 'orders.submit-order',
      [HEADERS.source]: 'shop',
      [HEADERS.sent]: '2026-11-21T14:00:00.999Z',
      constructor: 'text',
      toString: 'text',
      'x-own': '',
    } as unknown as Record<string, string>;
    const { headers: back } = fromAmqp({ content: body, properties: sent(headers) });
    expect(new Map(back)).toEqual(new Map(Object.entries(headers)));
  });
});

describe('what the id says', () => {
  const ID = '019aa6b6-fae7-7475-aee7-13912f2516ce'; // made at that time
  const AT = '2025-11-21T14:00:00.999Z';
  const own = { [HEADERS.id]: ID, [HEADERS.conversation]: ID, [HEADERS.sent]: AT };
  const backOf = (headers: Record<string, string>): Record<string, string> =>
    Object.fromEntries(fromAmqp({ content: body, properties: sent(headers) }).headers) as Record<string, string>;

  const withTime = (sentText: string): Record<string, string> => {
    const hex = Date.parse(sentText).toString(16).padStart(12, '0');
    const id = `${hex.slice(0, 8)}-${hex.slice(8)}${ID.slice(13)}`;
    return { [HEADERS.id]: id, [HEADERS.conversation]: id, [HEADERS.sent]: sentText };
  };

  it('is not in the table: the time of sending, and the conversation that begins with it', () => {
    expect(sent(own)).toMatchObject({ messageId: ID, timestamp: 1_763_733_600, headers: undefined });
    expect(tableOf(sent({ ...own, [HEADERS.conversation]: 'another', 'x-own': 'mine' }))).toEqual({
      [HEADERS.conversation]: 'another',
      'x-own': 'mine',
    });
  });

  it.each<[string, Record<string, string>]>([
    ['all of it', own],
    ['a conversation of another message', { ...own, [HEADERS.conversation]: 'another' }],
    ['no conversation', { [HEADERS.id]: ID, [HEADERS.sent]: AT }],
    ['another millisecond', { ...own, [HEADERS.sent]: '2025-11-21T14:00:00.998Z' }],
    ['another second', { ...own, [HEADERS.sent]: '2025-11-21T14:00:01.999Z' }],
    ['the same time in another form', { ...own, [HEADERS.sent]: '2025-11-21T15:00:00.999+01:00' }],
    ['the same time with a space', { ...own, [HEADERS.sent]: '2025-11-21 14:00:00.999Z' }],
    ['the same time with a small letter', { ...own, [HEADERS.sent]: '2025-11-21t14:00:00.999Z' }],
    ['a day that is none', { ...own, ...withTime('2025-02-30T00:00:00.000Z') }],
    ['an hour that is none', { ...own, ...withTime('2025-11-21T24:00:00.000Z') }],
    ['no time', { [HEADERS.id]: ID, [HEADERS.conversation]: ID }],
    ['an id of another version', { ...own, [HEADERS.id]: ID.replace('-7', '-4'), [HEADERS.conversation]: ID.replace('-7', '-4') }],
    ['an id in capitals', { ...own, [HEADERS.id]: ID.toUpperCase(), [HEADERS.conversation]: ID.toUpperCase() }],
    ['an id of another length', { ...own, [HEADERS.id]: `${ID}0`, [HEADERS.conversation]: `${ID}0` }],
    [
      'an id that only looks like one',
      { ...own, [HEADERS.id]: ID.replace('019a', '0x9a'), [HEADERS.conversation]: ID.replace('019a', '0x9a') },
    ],
  ])('comes back as it was, with %s', (_what, headers) => {
    expect(backOf(headers)).toEqual(headers);
  });
});

describe('a header that AMQP does not carry', () => {
  it.each(['__proto__', 'x-death', 'n'.repeat(256), 'é'.repeat(128)])('is found: %s', (name) => {
    expect(headerNotAllowed(MessageHeaders.empty().set(HEADERS.sent, '').set('fine', '').set(name, 'value'))).toBe(name);
  });

  it('is not found among those that it carries', () => {
    const names = ['constructor', 'n'.repeat(255), 'é'.repeat(127), ''];
    expect(headerNotAllowed(MessageHeaders.copyOf(new Map(names.map((name) => [name, '']))))).toBeUndefined();
    expect(headerNotAllowed(MessageHeaders.empty())).toBeUndefined();
  });
});
