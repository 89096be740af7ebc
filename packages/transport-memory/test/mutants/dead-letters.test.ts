import { describe } from 'vitest';
import { overlay } from '@waybill/conformance';
import type { IMessageTransport, ITransportDeadLetters } from '@waybill/core/transport';
import { delivering, testMutants } from '../support/mutant.ts';

const LISTING = 'a listing shows the oldest first and changes nothing that it shows: 100 listings are all the same, page by page too';
const TAKING = 'a letter is removed after its act resolved and stays when it rejects; the others are tried all the same';
const PAGES = 'pages go on where the one before ended, also when letters were added or taken since; each endpoint has letters of its own';

/** Breaks the dead letters. */
const burying = (
  transport: IMessageTransport,
  change: (letters: ITransportDeadLetters) => Partial<ITransportDeadLetters>,
): Partial<IMessageTransport> => ({ deadLetters: overlay(transport.deadLetters, change(transport.deadLetters)) });

describe('the dead letter cases catch', () => {
  testMutants([
    {
      does: 'changes what a listing shows',
      caughtBy: LISTING,
      breaks: (transport) => {
        let listings = 0;
        return burying(transport, (letters) => ({
          list: async (endpoint, options) => {
            const page = await letters.list(endpoint, options);
            listings += 1;
            for (const { message } of page.letters) (message.headers as Map<string, string>).set('x-receive-count', String(listings));
            return page;
          },
        }));
      },
    },
    {
      does: 'shows the newest first',
      caughtBy: LISTING,
      breaks: (transport) =>
        burying(transport, (letters) => ({
          list: async (endpoint, options) => {
            const page = await letters.list(endpoint, options);
            return { ...page, letters: page.letters.toReversed() };
          },
        })),
    },
    {
      does: 'removes letters before the act',
      caughtBy: TAKING,
      breaks: (transport) =>
        burying(transport, (letters) => ({
          take: async (endpoint, ids, act) => {
            const page = await letters.list(endpoint, { limit: 100 });
            const taken = await letters.take(endpoint, ids, () => Promise.resolve());
            for (const letter of page.letters) if (taken.includes(letter.id)) await act(letter);
            return taken;
          },
        })),
    },
    {
      does: 'swallows what an act rejects with',
      caughtBy: TAKING,
      breaks: (transport) =>
        burying(transport, (letters) => ({ take: (endpoint, ids, act) => letters.take(endpoint, ids, act).catch(() => []) })),
    },
    {
      does: 'begins each page at the beginning',
      caughtBy: PAGES,
      breaks: (transport) => burying(transport, (letters) => ({ list: (endpoint, { limit }) => letters.list(endpoint, { limit }) })),
    },
    {
      does: 'says that a page is complete though letters are held',
      caughtBy: 'of two processes that take one letter at once, one does; a listing meanwhile shows it, or says that it is not complete',
      like: 'sqs',
      breaks: (transport) =>
        burying(transport, (letters) => ({
          list: async (endpoint, options) => ({ ...(await letters.list(endpoint, options)), complete: true }),
        })),
    },
    {
      does: 'forgets why a letter is dead',
      caughtBy: 'a dead letter keeps bytes and headers and tells the reason; it is gone from its endpoint and comes to nobody',
      breaks: (transport) => delivering(transport, (delivery) => ({ deadLetter: () => delivery.deadLetter({ headers: new Map() }) })),
    },
    {
      does: 'acks what it cannot bury',
      caughtBy: 'a dead letter keeps bytes and headers and tells the reason; it is gone from its endpoint and comes to nobody',
      breaks: (transport) => delivering(transport, (delivery) => ({ deadLetter: () => delivery.ack() })),
    },
    {
      does: 'acks what its dead letters refuse',
      caughtBy:
        'where the dead letters accept nothing the message is not lost: it is still unsettled, comes again to the next owner, and is buried later',
      breaks: (transport) =>
        delivering(transport, (delivery) => ({
          deadLetter: async (options) => {
            try {
              return await delivery.deadLetter(options);
            } catch (error) {
              await delivery.ack();
              throw error;
            }
          },
        })),
    },
  ]);
});
