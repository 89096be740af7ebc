import { describe } from 'vitest';
import { overlay } from '@waybill/conformance';
import { delivering, testMutants } from '../support/mutant.ts';

describe('the cases of a bus catch', () => {
  testMutants([
    {
      does: 'takes the message away when its move to the dead letters fails',
      caughtBy: 'when the move to the dead letters fails, the message is not settled: it comes again and gets there in the end, once',
      breaks: (transport) =>
        delivering(transport, (delivery) => ({
          deadLetter: (options) => {
            try {
              return delivery.deadLetter(options);
            } catch {
              return delivery.ack();
            }
          },
        })),
    },
    {
      does: 'empties the bodies of dead letters',
      caughtBy: 'a message that cannot be read is dead-lettered at once as `unreadable`, with its bytes; its neighbours are handled',
      breaks: (transport) => ({
        deadLetters: overlay(transport.deadLetters, {
          list: async (endpoint, options) => {
            const page = await transport.deadLetters.list(endpoint, options);
            const letters = page.letters.map(({ id, message }) => ({ id, message: { ...message, body: new Uint8Array(1) } }));
            return { ...page, letters };
          },
        }),
      }),
    },
    {
      does: 'acks in words only',
      caughtBy: 'stop waits for the handler that runs and settles its message; its signal does not abort before the drain timeout',
      breaks: (transport) => delivering(transport, () => ({ ack: () => 'settled' })),
    },
    {
      does: 'acks what is released',
      caughtBy: 'past the drain timeout the signal aborts, the message comes back untried, and no failure policy is asked',
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'counts what was released as tried',
      caughtBy: 'past the drain timeout the signal aborts, the message comes back untried, and no failure policy is asked',
      breaks: (transport) => delivering(transport, ({ attempt = 1 }) => ({ attempt: attempt + 1 })),
    },
    {
      does: 'puts what is set aside nowhere',
      caughtBy: 'a message of a name that nobody handles is set aside, dead-lettered or discarded, as its endpoint says, and others flow',
      breaks: (transport) => ({
        send: (entries, options) =>
          entries.some(({ destination }) => destination.kind === 'endpoint' && destination.name.endsWith('.skipped'))
            ? entries.map(() => ({ status: 'accepted', nativeId: 'x' }))
            : transport.send(entries, options),
      }),
    },
  ]);
});
