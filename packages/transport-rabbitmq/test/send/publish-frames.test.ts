import { HEADERS, MessageHeaders } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import type { OutgoingMessage } from '../../src/send/publish-frames.ts';
import { PublishFrames } from '../../src/send/publish-frames.ts';
import { amqpWriter } from '../../src/send/to-amqp.ts';
import { bodyFrame, headerFrame, methodFrame } from '../support/peer/amqp-codec.ts';

const CHANNEL = 300;
const FRAME_MAX = 4_096;
const ROUTE = { exchange: 'orders', routingKey: 'e:orders.-', mandatory: true };

/** The same message by the codec of the client. */
function byClient({ content, properties, ...route }: OutgoingMessage): Buffer {
  const bodies: Buffer[] = [];
  for (let from = 0; from < content.length; from += FRAME_MAX - 8)
    bodies.push(bodyFrame(CHANNEL, Buffer.from(content.subarray(from, from + FRAME_MAX - 8))));
  return Buffer.concat([methodFrame('BasicPublish', CHANNEL, route), headerFrame(CHANNEL, content.length, { ...properties }), ...bodies]);
}

const message = (properties: OutgoingMessage['properties'], content: Uint8Array = Buffer.from('{"n":1}')): OutgoingMessage => ({
  ...ROUTE,
  properties,
  content,
});

function written(...messages: readonly OutgoingMessage[]): Buffer {
  const frames = new PublishFrames({ channel: CHANNEL, frameMax: FRAME_MAX });
  for (const one of messages) frames.append(one);
  return Buffer.concat(frames.take());
}

const sent = MessageHeaders.empty()
  .set(HEADERS.sent, '2026-11-21T14:00:00.999Z')
  .set(HEADERS.name, 'orders.submit-order')
  .set('x-own', 'Grüße 👋')
  .set('x-latin', 'é')
  .set('x-empty', '')
  .set('x-long', 'é'.repeat(1_000));

describe('the frames of a message', () => {
  it.each<[string, OutgoingMessage]>([
    ['without properties', message({})],
    ['without a body', message({ messageId: 'id-1' }, new Uint8Array(0))],
    ['to the default exchange, not mandatory', { ...message({}), exchange: '', routingKey: 'é'.repeat(127), mandatory: false }],
    ['with a body that fills a frame', message({}, Buffer.alloc(FRAME_MAX - 8, 'a'))],
    ['with a body of several frames', message({}, Buffer.alloc(3 * FRAME_MAX, 'b'))],
    [
      'that core has made',
      message(amqpWriter()({ headers: sent, body: Buffer.alloc(0) }, { nativeId: 'id-1', priority: 9, timeToLiveMs: 5 })),
    ],
    ['with an empty table of headers', message({ headers: {} })],
    ['with half of a surrogate pair', message({ type: 'a\ud800b', headers: { '\udc00': '\ud800' } })],
    ['with times beyond 32 bits', message({ timestamp: 8_640_000_000_000 })],
    [
      'with every property',
      message({
        contentType: 'application/json',
        headers: { a: '1', b: '2' },
        deliveryMode: 2,
        priority: 0,
        correlationId: 'c',
        replyTo: 'r',
        expiration: '1000',
        messageId: 'm',
        timestamp: 1_795_269_600,
        type: 't',
        appId: '',
      }),
    ],
  ])('%s, are those that the client writes', (_what, one) => {
    expect(written(one).equals(byClient(one))).toBe(true);
  });

  it('stand one behind the other, however many share a piece of memory or need their own', () => {
    const messages = Array.from({ length: 500 }, (_, n) =>
      message({ messageId: `id-${n}`, headers: { wide: '€'.repeat(n) } }, Buffer.alloc(n * 7, n)),
    );
    messages.splice(250, 0, message({}, Buffer.alloc(1_000_000, 'c')));
    expect(written(...messages).equals(Buffer.concat(messages.map(byClient)))).toBe(true);
  });

  it('are taken once, and those that come later leave those alone that were taken', () => {
    const frames = new PublishFrames({ channel: CHANNEL, frameMax: FRAME_MAX });
    const [first, second] = [message({ messageId: 'first' }), message({ messageId: 'second' })];
    frames.append(first);
    const taken = frames.take();
    expect(frames.take()).toEqual([]);
    frames.append(second);
    expect(Buffer.concat(taken).equals(byClient(first))).toBe(true);
    expect(Buffer.concat(frames.take()).equals(byClient(second))).toBe(true);
  });

  it('are said to be many once a piece of memory is full', () => {
    const frames = new PublishFrames({ channel: CHANNEL, frameMax: FRAME_MAX });
    let appended = 0;
    for (; !frames.isFull; appended += 1) frames.append(message({}, Buffer.alloc(1_000)));
    expect(appended).toBeGreaterThan(50);
    frames.take();
    expect(frames.isFull).toBe(false);
  });
});

describe('a message that AMQP cannot carry', () => {
  it.each<[string, OutgoingMessage, ErrorConstructor]>([
    ['an exchange of 256 bytes', { ...message({}), exchange: 'n'.repeat(256) }, TypeError],
    ['a routing key of 256 bytes', { ...message({}), routingKey: 'é'.repeat(128) }, TypeError],
    ['a property of 256 bytes', message({ messageId: 'n'.repeat(256) }), TypeError],
    ['a name of a header of 256 bytes', message({ headers: { ['n'.repeat(256)]: '' } }), TypeError],
    ['headers that no frame holds', message({ headers: { a: 'n'.repeat(FRAME_MAX) } }), RangeError],
  ])('%s is refused, and those beside it are written as if it had not been there', (_what, refused, kind) => {
    const frames = new PublishFrames({ channel: CHANNEL, frameMax: FRAME_MAX });
    const fine = message({ messageId: 'fine' });
    frames.append(fine);
    expect(() => frames.append(refused)).toThrow(kind);
    frames.append(fine);
    expect(Buffer.concat(frames.take()).equals(Buffer.concat([byClient(fine), byClient(fine)]))).toBe(true);
  });

  it('is one whose headers take more than 64 KiB, where frames may be larger', () => {
    const frames = new PublishFrames({ channel: CHANNEL, frameMax: 1024 * 1024 });
    expect(() => frames.append(message({ headers: { a: 'n'.repeat(65_536) } }))).toThrow(RangeError);
  });
});
