import { describe, expect, it } from 'vitest';
import type { PeerPublish } from '../support/peer/peer-broker.ts';
import { Done, ProtocolRig, Work, codeOf, inTime, leavesNothing, until } from '../support/peer/protocol-rig.ts';

leavesNothing();

const ack = ({ link, channel, tag }: PeerPublish, multiple = false): void => link.send('BasicAck', channel, { deliveryTag: tag, multiple });
const nack = ({ link, channel, tag }: PeerPublish, multiple = false): void =>
  link.send('BasicNack', channel, { deliveryTag: tag, multiple });

/** Keeps what is published until so much is there; then all of it is answered at once. */
function answering(rig: ProtocolRig, count: number, answer: (publishes: readonly PeerPublish[]) => void): void {
  const publishes: PeerPublish[] = [];
  rig.peer.broker.onPublish = (publish) => {
    publishes.push(publish);
    if (publishes.length === count) answer(publishes.splice(0));
  };
}

const sendMany = (rig: ProtocolRig, count: number): Promise<readonly string[]> =>
  inTime(Promise.all(Array.from({ length: count }, async (_, n) => wordOf(await rig.send(n)))));

/** The code alone. */
const wordOf = (outcome: string): string => outcome.split(' ')[0] ?? '';

const ACCEPTED = 'accepted';
const UNKNOWN = 'SEND_OUTCOME_UNKNOWN';

interface Script {
  readonly what: string;
  readonly answer: (publishes: readonly PeerPublish[]) => void;
  readonly outcomes: readonly string[];
}

const at = (publishes: readonly PeerPublish[], index: number): PeerPublish => publishes[index] as PeerPublish;

describe('confirms of four messages', () => {
  it.concurrent.each<Script>([
    {
      what: 'one by one, the last first',
      answer: (all) => all.toReversed().forEach((one) => ack(one)),
      outcomes: [ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED],
    },
    { what: 'one for all', answer: (all) => ack(at(all, 3), true), outcomes: [ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED] },
    {
      what: 'one that refuses all',
      answer: (all) => nack(at(all, 3), true),
      outcomes: ['SEND_REJECTED', 'SEND_REJECTED', 'SEND_REJECTED', 'SEND_REJECTED'],
    },
    {
      what: 'the second refused, the others behind it confirmed together',
      answer: (all) => {
        nack(at(all, 1));
        ack(at(all, 3), true);
      },
      outcomes: [ACCEPTED, 'SEND_REJECTED', ACCEPTED, ACCEPTED],
    },
    {
      what: 'each twice, first for good',
      answer: (all) =>
        all.forEach((one) => {
          ack(one);
          nack(one);
          ack(one, true);
        }),
      outcomes: [ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED],
    },
    {
      what: 'a confirm before the return: the confirm counts',
      answer: (all) => {
        ack(at(all, 3), true);
        give(at(all, 0));
      },
      outcomes: [ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED],
    },
    {
      what: 'a return, then its confirm',
      answer: (all) => {
        give(at(all, 2));
        ack(at(all, 3), true);
      },
      outcomes: [ACCEPTED, ACCEPTED, 'UNROUTABLE', ACCEPTED],
    },
    {
      what: 'a return, and no confirm for it before the connection breaks',
      answer: (all) => {
        give(at(all, 0));
        ack(at(all, 1));
        setImmediate(() => at(all, 0).link.reset());
      },
      outcomes: ['UNROUTABLE', ACCEPTED, UNKNOWN, UNKNOWN],
    },
    {
      what: 'a return of what nobody has sent',
      answer: (all) => {
        const one = at(all, 0);
        give({ ...one, message: { ...one.message, properties: { messageId: 'another' } } });
        give({ ...one, message: { ...one.message, routingKey: 'another' } });
        ack(at(all, 3), true);
      },
      outcomes: [ACCEPTED, ACCEPTED, ACCEPTED, ACCEPTED],
    },
    {
      what: 'a confirm of what was not sent: nothing that it says is relied on',
      answer: (all) => {
        ack(at(all, 0));
        ack({ ...at(all, 0), tag: 5 });
        ack(at(all, 3), true);
      },
      outcomes: [ACCEPTED, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    {
      what: 'a confirm of a message in the far future',
      answer: (all) => ack({ ...at(all, 0), tag: 4_000_000_000 }),
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    {
      what: 'one for all, and for what was not sent',
      answer: (all) => ack({ ...at(all, 0), tag: 9 }, true),
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    {
      what: 'the connection is reset before any',
      answer: (all) => at(all, 0).link.reset(),
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    { what: 'none, ever', answer: () => undefined, outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN] },
  ])('$what', async ({ answer, outcomes }) => {
    await using rig = await ProtocolRig.started();
    answering(rig, 4, answer);
    await expect(sendMany(rig, 4)).resolves.toEqual(outcomes);
    await rig.recovers();
    expect(rig.loud).toEqual([]);
  });

  it('those that come after the timeout make room again, and nothing else', async () => {
    await using rig = await ProtocolRig.started({ confirmWindow: 2 });
    const late: PeerPublish[] = [];
    rig.peer.broker.onPublish = (publish) => void late.push(publish);
    await expect(sendMany(rig, 3)).resolves.toEqual([UNKNOWN, UNKNOWN, 'SEND_REJECTED']); // the third has found no room
    expect(late.length).toBe(2);
    for (const one of late) ack(one);
    await rig.recovers();
    expect(rig.peer.count('ChannelOpen')).toBe(2); // the same channel: nothing was given up
    expect(rig.loud).toEqual([]);
  });
});

const give = ({ link, channel, message }: PeerPublish): void => {
  const { exchange, routingKey } = message;
  link.sendContent('BasicReturn', channel, { replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey }, message);
};

interface Close {
  readonly what: string;
  readonly code: number;
  readonly text: string;
  readonly outcomes: readonly string[];
  readonly method?: readonly [number, number];
}

describe('the broker ends the channel while two commands and two events are under way', () => {
  it.concurrent.each<Close>([
    {
      what: 'for the exchange of the events: the last may be stored no more, of the others nobody knows',
      code: 404,
      text: "NOT_FOUND - no exchange 'protocol.done' in vhost '/'",
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, 'UNROUTABLE'],
    },
    {
      what: 'for the right to write to it',
      code: 403,
      text: "ACCESS_REFUSED - access to exchange 'protocol.done' in vhost '/' refused for user 'guest'",
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, 'SEND_REJECTED'],
    },
    {
      what: 'for an exchange that nothing went to',
      code: 404,
      text: "NOT_FOUND - no exchange 'another' in vhost '/'",
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    {
      what: 'for something else than a publish, which names the same exchange',
      code: 404,
      text: "NOT_FOUND - no exchange 'protocol.done' in vhost '/'",
      method: [40, 10],
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN],
    },
    {
      what: 'for a size that one of them has',
      code: 406,
      text: 'PRECONDITION_FAILED - message size 7 is larger than configured max size 5',
      outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, 'SEND_REJECTED'],
    },
    { what: 'for a lock', code: 405, text: 'RESOURCE_LOCKED', outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN] },
    { what: 'for a content that is too large', code: 311, text: 'CONTENT_TOO_LARGE', outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN] },
    { what: 'for want of consumers', code: 313, text: 'NO_CONSUMERS', outcomes: [UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN] },
  ])('$code $what', async ({ code, text, outcomes, method }) => {
    await using rig = await ProtocolRig.started({ receives: false });
    await rig.publish(0); // the exchange is known from now on
    answering(rig, 4, (all) => at(all, 0).link.closeChannel(at(all, 0).channel, code, text, method));
    const sent = [
      rig.send(1),
      codeOf(rig.bus.send(Work, { n: 2 }, { to: 'elsewhere' })),
      codeOf(rig.bus.publish(Done, { n: 3 })),
      rig.publish(4),
    ];
    const words = (await inTime(Promise.all(sent))).map(wordOf);
    expect(words).toEqual(outcomes);
    rig.peer.behave();
    await until('a publish is accepted again', async () => (await rig.publish(5)) === ACCEPTED);
    expect(rig.loud).toEqual([]);
  });

  it('only the one that it can mean is refused when there is one', async () => {
    await using rig = await ProtocolRig.started({ receives: false });
    await rig.publish(0);
    answering(rig, 3, (all) =>
      at(all, 0).link.closeChannel(at(all, 0).channel, 404, "NOT_FOUND - no exchange 'protocol.done' in vhost '/'"),
    );
    const sent = await inTime(Promise.all([rig.send(1), rig.publish(2), rig.send(3)]));
    expect(sent.map(wordOf)).toEqual([UNKNOWN, 'UNROUTABLE', UNKNOWN]);
  });
});

describe('the connection is ended by the broker while messages are under way', () => {
  it.concurrent.each([320, 501, 530, 541, 403])('with %i, whether it waits for an answer or not', async (code) => {
    for (const waits of [true, false]) {
      await using rig = await ProtocolRig.started();
      answering(rig, 2, ([first]) => {
        first?.link.closeConnection(code, `CODE_${code}`);
        if (!waits) first?.link.end();
      });
      if (waits) rig.peer.on('ConnectionCloseOk', () => undefined); // and then it says nothing more, and does not hang up
      await expect(sendMany(rig, 2)).resolves.toEqual([UNKNOWN, UNKNOWN]);
      await rig.recovers();
      expect(rig.loud).toEqual([]);
    }
  });
});
