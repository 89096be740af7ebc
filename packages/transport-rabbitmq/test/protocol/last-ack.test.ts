import type { ITransportDelivery } from '@waybill/core/transport';
import { silentLogger } from '@waybill/core/transport';
import { expect, it } from 'vitest';
import { rabbitmq } from '../../src/index.ts';
import { hastyRuntime } from '../support/peer/hasty-runtime.ts';
import { QUEUE, inTime, leavesNothing, until } from '../support/peer/protocol-rig.ts';
import { ScriptedPeer } from '../support/peer/scripted-peer.ts';

leavesNothing();

const ENDPOINT = { name: QUEUE, deadLetter: 'dead', skipped: 'skipped', redeliveryDelaysMs: [], options: undefined };
const MESSAGE = { exchange: '', routingKey: QUEUE, properties: {}, body: Buffer.from('{}'), mandatory: false, redelivered: false };

it.concurrent.each([false, true])(
  'the broker hears the last ack, then closes the channel, and then the connection ends, where lanes are left: %s',
  async (ordered) => {
    const peer = await ScriptedPeer.listen();
    const transport = rabbitmq({ url: peer.url });
    await transport.open({ runtime: hastyRuntime(1, silentLogger), onState: () => undefined });
    const inHand: ITransportDelivery[] = [];
    const receiver = transport.receive({ ...ENDPOINT, ordered }, { prefetch: 2 }, (delivery) => inHand.push(delivery));
    await receiver.start();
    const heard: string[] = [];
    let closes = (): void => undefined;
    peer.on('BasicAck', () => void heard.push('ack'));
    peer.on('ChannelClose', (frame, link) => {
      heard.push('channel');
      closes = () => peer.broker.answer(frame, link);
    });
    peer.on('ConnectionClose', (frame, link) => {
      heard.push('connection');
      peer.broker.answer(frame, link);
    });
    peer.broker.route(MESSAGE);
    await until('it is in hand', () => inHand.length === 1);
    await receiver.stop();
    expect(inHand[0]?.ack()).toBe('settled');
    if (ordered) await until('its lanes are left', () => heard.includes('channel'));
    const closing = transport.close();
    await until('the channel closes', () => heard.includes('channel'));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve)); // for what does not wait
    expect(heard).toEqual(['ack', 'channel']);
    closes();
    await inTime(closing);
    expect(peer.count('ConnectionClose')).toBe(2);
    await peer.close();
  },
);
