import { describe, expect, it } from 'vitest';
import type { PeerLink } from '../support/peer/peer-link.ts';
import { ProtocolRig, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

/** What the client says, and hears no answer to. */
const STEPS = [
  'Greeting',
  'ConnectionStartOk',
  'ConnectionOpen',
  'ChannelOpen',
  'ConfirmSelect',
  'ExchangeDeclare',
  'QueueDeclare',
  'QueueBind',
  'BasicQos',
  'BasicConsume',
] as const;

/** Declaring takes most of the time: where it is not asked for, nothing is declared. */
const provisioningFor = (step: string): 'apply' | 'assume' => (/Declare|Bind/.test(step) ? 'apply' : 'assume');

const silence = (): void => undefined;

describe('no answer', () => {
  it.concurrent.each(STEPS)('to %s at the start: it is refused in time, with a code; the next start succeeds', async (step) => {
    await using rig = await ProtocolRig.open({ provisioning: provisioningFor(step) });
    rig.peer.on(step, silence);
    await expect(rig.start()).resolves.toMatch(/^(TRANSPORT_OPEN_FAILED|TRANSPORT_NOT_OPEN) /);
    expect(rig.bus.state).toBe('stopped');
    await until('all sockets are closed', () => rig.peer.links.size === 0);
    rig.peer.behave();
    await expect(rig.start()).resolves.toBe('accepted');
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it.concurrent.each(STEPS)('to %s while it connects again: it goes on as soon as there are answers', async (step) => {
    await using rig = await ProtocolRig.started({ provisioning: provisioningFor(step) });
    const asked = rig.peer.count(step);
    rig.peer.on(step, silence);
    rig.peer.reset();
    await until(`${step} comes`, () => rig.peer.count(step) > asked);
    await expect(rig.send(1)).resolves.toMatch(/^(accepted|SEND_REJECTED )/);
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });
});

interface Stranger {
  readonly what: string;
  readonly says: string;
  readonly code: RegExp;
}

describe('a stranger', () => {
  const NO_AMQP = /^TRANSPORT_OPEN_FAILED .*does not speak AMQP 0-9-1\. Check host and port/;
  const NO_ANSWER = /^TRANSPORT_OPEN_FAILED .*(no answer within `connectTimeout`|ended the connection during the handshake)/;

  it.concurrent.each<Stranger>([
    { what: 'another version of AMQP', says: 'AMQP\u0000\u0001\u0000\u0000', code: NO_AMQP },
    { what: 'HTTP', says: 'HTTP/1.1 400 Bad Request\r\n\r\n', code: NO_AMQP },
    { what: 'an alert of TLS', says: '\u0015\u0003\u0001\u0000\u0002\u0002\u0046', code: NO_ANSWER },
    { what: 'noise', says: Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 73 + 29) % 256)).toString('latin1'), code: NO_AMQP },
    { what: 'a frame without an end', says: `\u0001\u0000\u0000\u0000\u0000\u0000\u0004${'x'.repeat(9)}`, code: NO_AMQP },
    { what: 'a heartbeat', says: '\u0008\u0000\u0000\u0000\u0000\u0000\u0000\u00ce', code: NO_AMQP },
    { what: 'a method that is none', says: '\u0001\u0000\u0000\u0000\u0000\u0000\u0004\u00ff\u00ff\u00ff\u00ff\u00ce', code: NO_AMQP },
    { what: 'a frame of another channel', says: '\u0003\u0000\u0007\u0000\u0000\u0000\u0001x\u00ce', code: NO_AMQP },
  ])('that says $what is refused in time, with a code', async ({ says, code }) => {
    await using rig = await ProtocolRig.open();
    rig.peer.on('Greeting', (_, link) => link.write(says));
    await expect(rig.start()).resolves.toMatch(code);
    rig.peer.on('Greeting', (_, link) => {
      link.write(says);
      link.end();
    });
    await expect(rig.start()).resolves.toMatch(/^TRANSPORT_OPEN_FAILED /);
    rig.peer.behave();
    await expect(rig.start()).resolves.toBe('accepted');
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });
});

describe('a refusal', () => {
  const refuse = (code: number, text: string) => (_: unknown, link: PeerLink) => link.closeConnection(code, text);

  it.concurrent.each([
    { step: 'ConnectionStartOk', code: 403, text: 'ACCESS_REFUSED - Login was refused', says: /Check the credentials/ },
    { step: 'ConnectionStartOk', code: 320, text: 'CONNECTION_FORCED - shutting down', says: /ended the connection while it was made/ },
    { step: 'ConnectionStartOk', code: 541, text: 'INTERNAL_ERROR', says: /ended the connection while it was made/ },
    { step: 'ConnectionOpen', code: 530, text: 'NOT_ALLOWED - vhost not found', says: /virtual host.*add_vhost/ },
    { step: 'ConnectionOpen', code: 320, text: 'CONNECTION_FORCED - shutting down', says: /or the broker was stopping/ },
    { step: 'ConnectionTuneOk', code: 501, text: 'FRAME_ERROR', says: /or the broker was stopping/ },
  ])('$code at $step fails the start in time, with a code', async ({ step, code, text, says }) => {
    await using rig = await ProtocolRig.open();
    rig.peer.on(step, refuse(code, text));
    if (step === 'ConnectionTuneOk') rig.peer.on('ConnectionOpen', silence);
    const refused = await rig.start();
    expect(refused).toMatch(/^TRANSPORT_OPEN_FAILED /);
    expect(refused).toMatch(says);
    rig.peer.behave();
    await expect(rig.start()).resolves.toBe('accepted');
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('of a node that is stopping does not keep it from trying the next one', async () => {
    await using other = await ProtocolRig.open();
    await using rig = await ProtocolRig.open();
    const stopping = rig.peer.on('ConnectionOpen', refuse(320, 'CONNECTION_FORCED - shutting down'));
    await using both = await ProtocolRig.open({ url: [stopping.url, other.peer.url], receives: false });
    await expect(both.start()).resolves.toBe('accepted');
    expect(stopping.count('ConnectionOpen')).toBe(1);
    expect(other.peer.count('ConnectionOpen')).toBe(1);
  });

  it.concurrent.each([
    { what: 'a smallest frame that is too small', tune: { channelMax: 10, frameMax: 100, heartbeat: 60 }, code: /^TRANSPORT_OPEN_FAILED / },
    { what: 'too few channels', tune: { channelMax: 1, frameMax: 131_072, heartbeat: 60 }, code: /^TRANSPORT_NOT_OPEN .*channel/ },
  ])('$what is refused in time, with a code', async ({ tune, code }) => {
    await using rig = await ProtocolRig.open({ provisioning: 'apply' });
    rig.peer.broker.tune = tune;
    await expect(rig.start()).resolves.toMatch(code);
    rig.peer.broker.tune = { channelMax: 0, frameMax: 0, heartbeat: 0 };
    await expect(rig.start()).resolves.toBe('accepted');
    await rig.recovers();
  });

  it('frames of 4096 bytes carry what is larger in several', async () => {
    await using rig = await ProtocolRig.started();
    rig.peer.broker.tune = { channelMax: 2_047, frameMax: 4_096, heartbeat: 60 };
    rig.peer.reset();
    await rig.recovers();
    const before = rig.peer.count('Body');
    await until('it is accepted', async () => (await rig.sendLarge(20_000)) === 'accepted');
    expect(rig.peer.count('Body') - before).toBeGreaterThanOrEqual(5);
  });
});

describe('what comes behind the last word of the handshake', () => {
  it('a connection that ends there is made again, for what is received as well', async () => {
    await using rig = await ProtocolRig.open();
    let ended = 0;
    await rig.bus.start();
    rig.peer.on('ConnectionOpen', (_, link) => {
      ended += 1;
      link.write(Buffer.concat([OPEN_OK, CLOSE_320]));
    });
    rig.peer.reset();
    await until('three connections have ended', () => ended > 2);
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('a broker that takes nothing at the moment is known to be blocked', async () => {
    await using rig = await ProtocolRig.open();
    rig.peer.on('ConnectionOpen', (_, link) => link.write(Buffer.concat([OPEN_OK, BLOCKED])));
    await rig.bus.start();
    expect(rig.bus.health().checks).toContainEqual(expect.objectContaining({ reason: expect.stringMatching(/takes no messages/) }));
  });
});

const OPEN_OK = Buffer.from([1, 0, 0, 0, 0, 0, 5, 0, 10, 0, 41, 0, 0xce]);
const CLOSE_320 = Buffer.from([1, 0, 0, 0, 0, 0, 11, 0, 10, 0, 50, 1, 64, 0, 0, 0, 0, 0, 0xce]);
const BLOCKED = Buffer.from([1, 0, 0, 0, 0, 0, 8, 0, 10, 0, 60, 3, 108, 111, 119, 0xce]);
