import { describe } from 'vitest';
import type { IMessageTransport } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { delivering, testMutants } from '../support/mutant.ts';

const CUT = 'connections reset at 50 random moments of 1,000 sends and receipts: what was accepted is handled, states tell of it';
const KILLED = 'a consumer ends 20 times at random, without a word, with messages in its hands: each message is done at least once';
const STORED = 'what was accepted before the broker was killed is there after it; where messages are not durable, they are gone';
const RESTARTED = 'the broker restarts after a third and after half of 10,000 messages of 100 publishers: what was accepted is handled';
const FROZEN = 'a consumer whose locks expired while it was frozen settles nothing of others, and goes on without an error';
const BLOCKED =
  'while the broker takes no messages sends wait or end as unknown, consumers go on, the state says blocked; then it recovers';

const KILLER = 'a message that kills its process is dead-lettered after some crashes, and the four beside it are handled';

/** Takes messages that come a second time for done. */
function forgetting(): (transport: IMessageTransport) => Partial<IMessageTransport> {
  const seen = new Set<string>();
  return (transport) => ({
    receive: (endpoint, options, onDelivery) =>
      transport.receive(endpoint, options, (delivery) => {
        if (seen.has(delivery.nativeId)) void delivery.ack();
        else onDelivery(delivery);
        seen.add(delivery.nativeId);
      }),
  });
}

/** Says that it keeps what it does not. */
const boasting = (transport: IMessageTransport): Partial<IMessageTransport> => ({
  capabilities: Object.freeze({ ...transport.capabilities, durable: true }),
});

/** Is always connected, as far as it tells. */
const silent = (transport: IMessageTransport): Partial<IMessageTransport> => ({
  open: (options) => {
    options.onState({ status: 'connected' });
    return transport.open({ ...options, onState: () => undefined });
  },
});

describe('the fault cases catch', () => {
  testMutants([
    { does: 'forgets what was out when a connection is cut', caughtBy: CUT, breaks: forgetting() },
    {
      does: 'does not tell that a message came before',
      caughtBy: KILLER,
      breaks: (transport) => delivering(transport, () => ({ attempt: 1 })),
    },
    { does: 'does not tell of a cut', caughtBy: CUT, breaks: silent },
    { does: 'forgets what a killed consumer held', caughtBy: KILLED, breaks: forgetting() },
    { does: 'says it is durable and is not', caughtBy: STORED, breaks: boasting },
    { does: 'says it is durable and is not, in traffic', caughtBy: RESTARTED, breaks: boasting },
    {
      does: 'does not notice that a lock has expired',
      caughtBy: FROZEN,
      like: 'sqs',
      breaks: (transport) => delivering(transport, () => ({ lost: new AbortController().signal, isLost: false, ack: () => 'settled' })),
    },
    { does: 'does not say that the broker takes nothing', caughtBy: BLOCKED, breaks: silent },
    {
      does: 'says accepted while the broker takes nothing',
      caughtBy: BLOCKED,
      breaks: (transport) => ({
        send: (entries, options) => {
          void transport.send(entries, options);
          return entries.map(() => ({ status: 'accepted', nativeId: 'made-up' }));
        },
      }),
    },
    {
      does: 'gives what was stored twice two message ids',
      caughtBy: 'a message that a broker stored twice comes twice with one message id, each settled by itself',
      breaks: (transport) => {
        let count = 0;
        return delivering(transport, ({ message }) => {
          count += 1;
          const headers = new Map(message.headers).set(HEADERS.id, String(count));
          return { message: { headers, body: message.body } };
        });
      },
    },
    {
      does: 'gives a message that was sent again another id',
      caughtBy: 'a send whose confirm was lost, repeated with the same message id, comes once or twice, never not at all, and as one id',
      breaks: (transport) => {
        const seen = new Set<string>();
        return delivering(transport, (delivery) => {
          const id = delivery.message.headers.get(HEADERS.id) ?? '';
          const isAgain = seen.has(id);
          seen.add(id);
          const headers = new Map(delivery.message.headers).set(HEADERS.id, isAgain ? `${id}-again` : id);
          return { message: { headers, body: delivery.message.body } };
        });
      },
    },
  ]);
});
