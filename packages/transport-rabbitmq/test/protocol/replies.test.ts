import { describe, expect, it } from 'vitest';
import type { Fields } from '../support/peer/amqp-codec.ts';
import type { PeerPublish } from '../support/peer/peer-broker.ts';
import { Ask, ProtocolRig, codeOf, inTime, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

const REPLY_TO = 'amq.rabbitmq.reply-to.';

/** Does something with each reply before it is passed on. */
function onReply(rig: ProtocolRig, does: (reply: PeerPublish) => void): void {
  rig.peer.broker.onPublish = (publish) => {
    if (publish.message.routingKey.startsWith(REPLY_TO)) does(publish);
    else rig.peer.broker.take(publish);
  };
}

/** The same reply, as the answer to another request. */
function foreign(reply: PeerPublish, headers: Fields): PeerPublish {
  const { message } = reply;
  const own = message.properties['headers'] as Fields;
  return { ...reply, tag: 0, message: { ...message, properties: { ...message.properties, headers: { ...own, ...headers } } } };
}

const ask = (rig: ProtocolRig, n: number): Promise<string> =>
  inTime(codeOf(rig.bus.request(Ask, { n }, { timeout: '10s' }).then((reply) => expect(reply).toEqual({ n: n + 1 }))));

describe('direct reply-to', () => {
  it.concurrent.each<{ readonly what: string; readonly before: Fields; readonly dropped: number }>([
    { what: 'to a request that nobody has made', before: { 'waybill-request': 'nobody' }, dropped: 1 },
    { what: 'to none', before: { 'waybill-request': '' }, dropped: 1 },
    { what: 'that came before', before: {}, dropped: 1 },
  ])('a reply $what is dropped and counted; the one that is waited for arrives', async ({ before, dropped }) => {
    await using rig = await ProtocolRig.started();
    onReply(rig, (reply) => {
      rig.peer.broker.take(foreign(reply, before));
      rig.peer.broker.take(reply);
    });
    await expect(ask(rig, 1)).resolves.toBe('accepted');
    await until('the other one is counted', () => rig.bus.replies.dropped === dropped);
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('no reply ever: the request ends in time, and the next one is answered', async () => {
    await using rig = await ProtocolRig.started();
    onReply(rig, ({ link, channel, tag }) => link.send('BasicAck', channel, { deliveryTag: tag, multiple: false }));
    await expect(ask(rig, 1)).resolves.toMatch(/^REQUEST_TIMEOUT /);
    rig.peer.behave();
    await expect(ask(rig, 2)).resolves.toBe('accepted');
  });

  it.concurrent.each<{ readonly what: string; readonly script: (rig: ProtocolRig) => void }>([
    { what: 'the broker does not give back what asks for the address', script: (rig) => (rig.peer.broker.onPublish = confirm) },
    {
      what: 'it is given back without an address',
      script: (rig) => (rig.peer.broker.onPublish = (publish) => rig.peer.broker.take(withAddress(publish, ''))),
    },
    {
      what: 'it is given back with an address that cannot be one',
      script: (rig) => (rig.peer.broker.onPublish = (publish) => rig.peer.broker.take(withAddress(publish, 'orders'))),
    },
    { what: 'it is never confirmed', script: (rig) => (rig.peer.broker.onPublish = () => undefined) },
    { what: 'no consumer of replies is made', script: (rig) => rig.peer.on('BasicConsume', () => undefined) },
  ])('$what: the request is refused in time, with a code; the next one is answered', async ({ script }) => {
    await using rig = await ProtocolRig.started();
    const opened = rig.peer.count('ChannelOpen');
    script(rig);
    await expect(ask(rig, 1)).resolves.toMatch(/^(TRANSPORT_NOT_OPEN|REQUEST_TIMEOUT|SEND_REJECTED) /);
    rig.peer.behave();
    await until('the next one is answered', async () => (await ask(rig, 2)) === 'accepted');
    await until(
      'the channels that were of no use are closed',
      () => rig.peer.count('ChannelOpen') - opened - rig.peer.count('ChannelClose') <= 1,
    );
    expect(rig.loud).toEqual([]);
  });
});

describe('a connection that is made again', () => {
  it('loses the channel for what is sent while that for replies is prepared: it is made once more, for nobody would open another one', async () => {
    await using rig = await ProtocolRig.started();
    await expect(ask(rig, 1)).resolves.toBe('accepted');
    let closed = 0;
    rig.peer.on('BasicConsume', (frame, link) => {
      const [sending] = link.channels.keys();
      if (frame.fields['queue'] === 'amq.rabbitmq.reply-to' && sending !== undefined && closed === 0) {
        closed += 1;
        link.closeChannel(sending, 404, 'NOT_FOUND', [60, 40]);
      }
      rig.peer.broker.answer(frame, link);
    });
    rig.peer.reset();
    await until('it is lost', () => closed === 1);
    await rig.recovers();
    await expect(ask(rig, 2)).resolves.toBe('accepted');
  });
});

const confirm = ({ link, channel, tag }: PeerPublish): void => link.send('BasicAck', channel, { deliveryTag: tag, multiple: false });

const withAddress = (publish: PeerPublish, replyTo: string): PeerPublish => ({
  ...publish,
  message: { ...publish.message, properties: { ...publish.message.properties, replyTo } },
});
