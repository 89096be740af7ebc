import { describe, expect, it } from 'vitest';
import { bodyFrame, shortenHeartbeats } from '../support/peer/amqp-codec.ts';
import type { PeerConsumer } from '../support/peer/peer-broker.ts';
import type { PeerLink } from '../support/peer/peer-link.ts';
import { ProtocolRig, QUEUE, inTime, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

const silence = (): void => undefined;

/** Says nothing any more, whatever comes. */
const mute = (rig: ProtocolRig): void => rig.peer.links.forEach((link) => link.through(silence));

const connectionOf = ({ bus }: ProtocolRig): string =>
  bus
    .health()
    .checks.filter(({ component }) => component === 'connection')
    .map(({ status, reason }) => `${status} ${reason}`)
    .join();

const consumerOf = (rig: ProtocolRig): PeerConsumer => rig.peer.broker.consumersOf(QUEUE)[0] as PeerConsumer;

/** The connection that messages are sent by is made first. */
const sendingLink = (rig: ProtocolRig): PeerLink => Array.from(rig.peer.links)[0] as PeerLink;

interface Breach {
  readonly what: string;
  readonly does: (link: PeerLink) => void;
}

describe('a connection that stands', () => {
  it.concurrent.each<Breach>([
    { what: 'a frame that is too large', does: (link) => link.write('\u0001\u0000\u0001\u00ff\u00ff\u00ff\u00ff') },
    {
      what: 'a frame without its end',
      does: (link) => link.write('\u0001\u0000\u0001\u0000\u0000\u0000\u0004\u0000\u0014\u0000\u000b\u0000'),
    },
    { what: 'a frame of no known type', does: (link) => link.write('\u0007\u0000\u0001\u0000\u0000\u0000\u0001x\u00ce') },
    {
      what: 'a method that there is not',
      does: (link) => link.write('\u0001\u0000\u0001\u0000\u0000\u0000\u0004\u00ff\u00ff\u00ff\u00ff\u00ce'),
    },
    {
      what: 'a method without its fields',
      does: (link) => link.write('\u0001\u0000\u0001\u0000\u0000\u0000\u0004\u0000\u003c\u0000\u003c\u00ce'),
    },
    { what: 'a frame of a channel that nobody has opened', does: (link) => link.send('ChannelOpenOk', 77) },
    { what: 'a word about channels on the channel of the connection', does: (link) => link.send('ChannelOpenOk', 0) },
    { what: 'a content on the channel of the connection', does: (link) => link.write('\u0003\u0000\u0000\u0000\u0000\u0000\u0001x\u00ce') },
    { what: 'the end in the middle of a frame', does: endInFrame },
    { what: 'a reset in the middle of a frame', does: resetInFrame },
  ])('hears $what: it is made again', async ({ does }) => {
    await using rig = await ProtocolRig.started();
    rig.peer.on('ConnectionClose', silence); // the client says goodbye, and hears nothing
    for (const link of Array.from(rig.peer.links)) {
      does(link);
      await until('that connection has ended', () => !rig.peer.links.has(link));
    }
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('on which nothing is heard any more is given up within three heartbeats', async () => {
    const restore = shortenHeartbeats(100);
    try {
      await using rig = await ProtocolRig.started({ heartbeat: '1s' });
      rig.peer.on('Heartbeat', silence);
      const before = rig.peer.count('Heartbeat');
      rig.peer.links.forEach((link) => link.through(silence));
      await until('it is missed', () => rig.peer.links.size < 2 || connectionOf(rig).startsWith('unhealthy'));
      expect(rig.peer.count('Heartbeat') - before).toBeLessThanOrEqual(2 * 2 * 3); // two a heartbeat, on two connections
      await rig.recovers();
      expect(rig.loud).toEqual([]);
    } finally {
      restore();
    }
  });

  it('loses the channel that it sends by, for the client gave that up, and the broker does not agree: another one sends', async () => {
    await using rig = await ProtocolRig.started();
    rig.peer.on('ChannelClose', silence);
    const link = sendingLink(rig);
    for (const channel of link.channels.keys()) link.write(bodyFrame(channel, Buffer.from('x')));
    await until('it is given up', () => rig.peer.count('ChannelClose') === 1);
    await rig.recovers();
    expect(rig.peer.links.has(link)).toBe(true);
    expect(rig.loud).toEqual([]);
  });

  it.concurrent.each([404, 403, 405, 406, 311, 313])(
    'loses the channel that it receives by, with %i: another one receives',
    async (code) => {
      await using rig = await ProtocolRig.started({ provisioning: 'apply' });
      const { link, channel } = consumerOf(rig);
      link.closeChannel(channel, code, `CODE_${code}`, [60, 80]);
      await until(
        'another one receives',
        () => ![undefined, channel].includes(consumerOf(rig)?.channel) || rig.peer.count('BasicConsume') > 1,
      );
      await rig.recovers();
      expect(rig.peer.links.has(link)).toBe(true);
      expect(rig.loud).toEqual([]);
    },
  );
});

function endInFrame(link: PeerLink): void {
  link.write('\u0001\u0000\u0001\u0000');
  link.end();
}

function resetInFrame(link: PeerLink): void {
  link.write('\u0001\u0000\u0001\u0000');
  link.reset();
}

describe('a broker that takes nothing', () => {
  it('is degraded; what is sent meanwhile waits in bounded time, and goes when it takes messages again', async () => {
    await using rig = await ProtocolRig.started();
    const link = sendingLink(rig);
    link.send('ConnectionBlocked', 0, { reason: 'x'.repeat(255) });
    link.send('ConnectionBlocked', 0, { reason: 'low on memory' });
    await until('it is known', () => connectionOf(rig) === 'degraded the broker takes no messages: low on memory');
    await expect(inTime(rig.send(1))).resolves.toMatch(/^SEND_REJECTED /);
    const waiting = rig.send(2);
    link.send('ConnectionUnblocked', 0);
    link.send('ConnectionUnblocked', 0);
    await expect(waiting).resolves.toBe('accepted');
    await rig.recovers();
    expect(rig.handled).not.toContain(1);
    expect(rig.loud).toEqual([]);
  });

  it('what waits goes when it takes messages again, though there is no connection to receive by', async () => {
    await using rig = await ProtocolRig.started();
    const link = sendingLink(rig);
    link.send('ConnectionBlocked', 0, { reason: 'low on memory' });
    await until('it is known', () => connectionOf(rig).startsWith('degraded the broker takes no messages'));
    rig.peer.onAccept = (refused) => refused.reset();
    consumerOf(rig).link.reset();
    await until('it is known, too', () => !connectionOf(rig).includes('takes no messages'));
    const waiting = rig.send(1);
    link.send('ConnectionUnblocked', 0);
    await expect(inTime(waiting)).resolves.toBe('accepted');
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('and says so while the connection is prepared, is known to be blocked', async () => {
    await using rig = await ProtocolRig.open({ receives: false });
    rig.peer.on('ChannelOpen', (frame, link) => {
      link.send('ConnectionBlocked', 0, { reason: 'low on disk' });
      rig.peer.broker.answer(frame, link);
    });
    await rig.bus.start();
    expect(connectionOf(rig)).toBe('degraded the broker takes no messages: low on disk');
    sendingLink(rig).send('ConnectionUnblocked', 0);
    await until('it takes messages', () => connectionOf(rig).startsWith('healthy'));
  });

  it('can be left: stop() ends', async () => {
    await using rig = await ProtocolRig.started();
    sendingLink(rig).send('ConnectionBlocked', 0, { reason: 'low on memory' });
    await until('it is known', () => connectionOf(rig).startsWith('degraded'));
    const waiting = rig.send(1);
    await inTime(rig.bus.stop());
    await expect(waiting).resolves.toMatch(/^(SEND_REJECTED|SEND_OUTCOME_UNKNOWN) /);
  });
});

describe('stop()', () => {
  it.concurrent.each(['BasicCancel', 'ChannelClose', 'ConnectionClose'])('ends when there is no answer to %s', async (step) => {
    await using rig = await ProtocolRig.started();
    rig.peer.on(step, silence);
    await expect(rig.send(1)).resolves.toBe('accepted');
    await until('it is handled', () => rig.handled.length === 1);
    await inTime(rig.bus.stop());
    await until('all sockets are closed', () => rig.peer.links.size === 0);
    expect(rig.loud).toEqual([]);
  });

  it('ends when there is no answer to the end of a temporary queue', async () => {
    await using rig = await ProtocolRig.started({ provisioning: 'apply', temporary: true, haste: 5 });
    rig.peer.on('QueueDelete', silence);
    const begun = performance.now();
    await inTime(rig.bus.stop());
    expect(rig.peer.count('QueueDelete')).toBe(1);
    await until('all sockets are closed', () => rig.peer.links.size === 0);
    expect(performance.now() - begun).toBeLessThan(4_000); // one answer to a declaration may take 30 s, six of these
    expect(rig.loud).toEqual([]);
  });

  it('ends when nothing is answered at all, and what is under way has an outcome', async () => {
    await using rig = await ProtocolRig.started();
    rig.peer.broker.onPublish = silence;
    const sent = rig.send(1);
    await until('it has left', () => rig.peer.count('BasicPublish') === 1);
    mute(rig);
    await inTime(rig.bus.stop());
    await expect(sent).resolves.toMatch(/^SEND_OUTCOME_UNKNOWN /);
    await until('all sockets are closed', () => rig.peer.links.size === 0);
  });

  it('ends while the connection is being made again, at each step', async () => {
    for (const step of ['Greeting', 'ConnectionStartOk', 'ConnectionOpen', 'ChannelOpen', 'ConfirmSelect']) {
      await using rig = await ProtocolRig.started({ receives: false });
      const asked = rig.peer.count(step);
      rig.peer.on(step, silence);
      rig.peer.reset();
      await until(`${step} comes`, () => rig.peer.count(step) > asked);
      await inTime(rig.bus.stop());
      expect(rig.loud).toEqual([]);
    }
  });
});
