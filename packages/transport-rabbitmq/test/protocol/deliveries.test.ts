import { describe, expect, it } from 'vitest';
import { bodyFrame, headerFrame, methodFrame } from '../support/peer/amqp-codec.ts';
import type { Fields } from '../support/peer/amqp-codec.ts';
import type { PeerConsumer } from '../support/peer/peer-broker.ts';
import { ProtocolRig, QUEUE, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

const NAME = { 'waybill-name': 'protocol.work', 'waybill-content-type': 'application/json' };

/** The one that receives from the queue of the endpoint. */
const consumerOf = (rig: ProtocolRig): PeerConsumer => rig.peer.broker.consumersOf(QUEUE)[0] as PeerConsumer;

/** The frames of a delivery: method, header, body. */
function frames(consumer: PeerConsumer, deliveryTag: number, n: number, changes: Changes = {}): readonly Buffer[] {
  const { link, channel, consumerTag } = consumer;
  const state = link.channels.get(channel);
  if (state !== undefined) state.delivered = deliveryTag; // the next one that the peer itself delivers is another
  const body = Buffer.from(changes.body ?? JSON.stringify({ n }));
  const fields = { consumerTag: changes.consumerTag ?? consumerTag, deliveryTag, redelivered: false, exchange: '', routingKey: QUEUE };
  const header = headerFrame(channel, changes.size ?? body.length, { headers: NAME, ...changes.properties });
  return [methodFrame('BasicDeliver', channel, fields), header, ...(body.length > 0 ? [bodyFrame(channel, body)] : [])];
}

interface Changes {
  readonly consumerTag?: string;
  readonly body?: string;
  readonly size?: number;
  readonly properties?: Fields;
}

interface Arrival {
  readonly what: string;
  /** What the peer says, where a broker would deliver the message with the number 1 and the tag 1. */
  readonly says: (consumer: PeerConsumer, rig: ProtocolRig) => readonly Buffer[];
  /** What is handled of the messages 1 and 2. */
  readonly handled: readonly number[];
  /** Whether the channel that it came by goes on, or is given up for another. */
  readonly channels?: 'same' | 'another';
  readonly loud?: readonly string[];
}

const cut = (bytes: Buffer, every: number): readonly Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / every) }, (_, at) => bytes.subarray(at * every, (at + 1) * every));

describe('a delivery', () => {
  it.concurrent.each<Arrival>([
    { what: 'byte by byte', says: (to) => cut(Buffer.concat(frames(to, 1, 1)), 1), handled: [1] },
    { what: 'in pieces of three', says: (to) => cut(Buffer.concat(frames(to, 1, 1)), 3), handled: [1] },
    { what: 'whose body comes in three frames, one of them empty', says: inThree, handled: [1] },
    { what: 'with heartbeats and a frame of another channel between its own', says: interrupted, handled: [1] },
    {
      what: 'without a body is no message of ours',
      says: (to) => frames(to, 1, 1, { body: '' }),
      handled: [],
      loud: ['error message.dead-lettered'],
    },
    { what: 'with a longer body than was announced', says: (to) => frames(to, 1, 1, { size: 3 }), handled: [], channels: 'another' },
    { what: 'whose body has a length that is none', says: (to) => frames(to, 1, 1, { size: 2 ** 63 }), handled: [], channels: 'another' },
    { what: 'that is a header alone', says: (to) => frames(to, 1, 1).slice(1, 2), handled: [], channels: 'another' },
    { what: 'that is a body alone', says: (to) => frames(to, 1, 1).slice(2), handled: [], channels: 'another' },
    { what: 'whose header is missing', says: (to) => frames(to, 1, 1).filter((_, at) => at !== 1), handled: [], channels: 'another' },
    {
      what: 'of which only the method comes, twice',
      says: (to) => [0, 0].map((at) => frames(to, 1, 1)[at] as Buffer),
      handled: [],
      channels: 'another',
    },
    {
      what: 'for a consumer that nobody knows',
      says: (to) => frames(to, 1, 1, { consumerTag: 'nobody' }),
      handled: [],
      channels: 'another',
    },
    {
      what: 'with a tag that was there before',
      says: (to) => [...frames(to, 1, 1), ...frames(to, 1, 2)],
      handled: [1],
      channels: 'another',
    },
    {
      what: 'with a tag that leaves some out',
      says: (to) => [...frames(to, 1, 1), ...frames(to, 3, 2)],
      handled: [1],
      channels: 'another',
    },
    {
      what: 'with a tag from the far future',
      says: (to) => [...frames(to, 1, 1), ...frames(to, 2 ** 40, 2)],
      handled: [1],
      channels: 'another',
    },
    { what: 'with the tag 0', says: (to) => frames(to, 0, 1), handled: [], channels: 'another' },
  ])('$what', async ({ says, handled, channels = 'same', loud = [] }) => {
    await using rig = await ProtocolRig.started({ provisioning: 'apply' });
    const consumer = consumerOf(rig);
    const settled: Fields[] = [];
    rig.peer.on('BasicAck', ({ fields }) => void settled.push(fields));
    for (const bytes of says(consumer, rig)) {
      consumer.link.write(bytes);
      await turn();
    }
    if (channels === 'same') await until('it is settled', () => settled.length === 1);
    else await until('another channel receives', () => ![undefined, consumer].includes(consumerOf(rig)));
    expect(rig.handled).toEqual(handled);
    expect(settled.some(({ deliveryTag }) => Number(deliveryTag) > 1)).toBe(false);
    await rig.recovers();
    expect(rig.loud.filter((line) => !line.endsWith('settle.lost'))).toEqual(loud);
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function inThree(to: PeerConsumer): readonly Buffer[] {
  const [method, header] = frames(to, 1, 1) as [Buffer, Buffer];
  return [
    method,
    header,
    bodyFrame(to.channel, Buffer.from('{"n"')),
    bodyFrame(to.channel, Buffer.alloc(0)),
    bodyFrame(to.channel, Buffer.from(':1}')),
  ];
}

const HEARTBEAT = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]);

const interrupted = (to: PeerConsumer): readonly Buffer[] => frames(to, 1, 1).flatMap((frame) => [HEARTBEAT, frame]);

describe('hostile properties', () => {
  it.concurrent.each<{ readonly what: string; readonly properties: Fields; readonly handled: boolean }>([
    {
      what: 'a prototype in the headers',
      properties: { headers: JSON.parse(`{"waybill-name":"protocol.work","__proto__":{"n":9}}`) as Fields },
      handled: true,
    },
    { what: '60 KB of headers', properties: { headers: { ...NAME, long: 'x'.repeat(60_000) } }, handled: true },
    { what: 'a timestamp that is no time', properties: { timestamp: 2 ** 53 }, handled: true },
    {
      what: 'times, tables and lists as headers',
      properties: { headers: { ...NAME, 'waybill-sent': { '!': 'timestamp', value: 1 }, list: [[]], table: { a: {} } } },
      handled: true,
    },
    {
      what: 'counts that are none',
      properties: { headers: { ...NAME, 'x-delivery-count': -7, 'x-death': [1, null, { count: 'x' }] } },
      handled: true,
    },
    {
      what: 'a count that is no number',
      properties: { headers: { ...NAME, 'x-delivery-count': { '!': 'double', value: Number.NaN } } },
      handled: true,
    },
    {
      what: 'a count beyond all counting',
      properties: { headers: { ...NAME, 'x-delivery-count': { '!': 'double', value: 1e300 } } },
      handled: true,
    },
    { what: 'no type of content', properties: { headers: { 'waybill-name': 'protocol.work' } }, handled: true },
    {
      what: 'another type of content',
      properties: { headers: { 'waybill-name': 'protocol.work' }, contentType: 'text/plain' },
      handled: false,
    },
    { what: 'nothing at all', properties: { headers: undefined }, handled: false },
  ])('$what: it is handled once or stands in the dead letters', async ({ properties, handled }) => {
    await using rig = await ProtocolRig.started({ provisioning: 'apply' });
    const consumer = consumerOf(rig);
    const body = Buffer.from('{"n":1}');
    rig.peer.broker.route({
      exchange: '',
      routingKey: QUEUE,
      properties: { headers: NAME, ...properties },
      body,
      mandatory: false,
      redelivered: false,
    });
    await until('it is settled', () => rig.handled.length + rig.peer.broker.depthOf(`${QUEUE}.dead-letter`) === 1);
    expect(rig.handled).toEqual(handled ? [1] : []);
    expect(consumerOf(rig)).toBe(consumer); // nothing was given up
    expect(({} as { readonly n?: number }).n).toBeUndefined();
    await rig.recovers();
  });
});

describe('a consumer', () => {
  it('that the broker has ended is made again, as often as it ends', async () => {
    await using rig = await ProtocolRig.started({ provisioning: 'apply' });
    for (let round = 1; round <= 3; round += 1) {
      const { link, channel, consumerTag } = consumerOf(rig);
      const asked = rig.peer.count('BasicConsume');
      link.send('BasicCancel', channel, { consumerTag, nowait: true });
      link.send('BasicCancel', channel, { consumerTag, nowait: true });
      link.send('BasicCancel', channel, { consumerTag: 'nobody', nowait: true });
      await until('it is asked for again', () => rig.peer.count('BasicConsume') > asked);
      await rig.recovers(round);
    }
    expect(rig.loud).toEqual([]);
  });

  it('is the same under another tag than was asked for; what its queue is called by the broker does not matter', async () => {
    await using rig = await ProtocolRig.open({ provisioning: 'apply' });
    rig.peer.on('QueueDeclare', ({ channel }, link) =>
      link.send('QueueDeclareOk', channel, { queue: 'another', messageCount: 4_000_000_000, consumerCount: 7 }),
    );
    rig.peer.on('BasicConsume', (frame, link) =>
      rig.peer.broker.answer({ ...frame, fields: { ...frame.fields, consumerTag: 'another' } }, link),
    );
    await expect(rig.start()).resolves.toBe('accepted');
    await expect(rig.send(1)).resolves.toBe('accepted');
    await until('it is handled', () => rig.handled.includes(1));
    await rig.bus.endpoint(QUEUE).pause();
    await rig.bus.endpoint(QUEUE).resume();
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('gets nothing more after it has ended: what comes all the same goes back', async () => {
    await using rig = await ProtocolRig.started();
    const consumer = consumerOf(rig);
    await rig.bus.endpoint(QUEUE).pause();
    for (const bytes of frames(consumer, 1, 1)) consumer.link.write(bytes);
    await until('the channel is given up', () => rig.peer.count('ChannelClose') > 0);
    await rig.bus.endpoint(QUEUE).resume();
    await rig.recovers();
    expect(rig.handled).not.toContain(1);
  });

  it('hears a method that answers nothing: the connection is made again', async () => {
    await using rig = await ProtocolRig.started();
    const { link, channel } = consumerOf(rig);
    link.send('QueueDeclareOk', channel, { queue: 'x', messageCount: 0, consumerCount: 0 });
    await until('that connection has ended', () => !rig.peer.links.has(link));
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });
});
