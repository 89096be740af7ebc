import { describe } from 'vitest';
import type { TransportEntry } from '@waybill/core/transport';
import { delivering, testMutants } from '../support/mutant.ts';

const without = (entries: readonly TransportEntry[], key: 'notBefore' | 'priority' | 'expiresAt'): readonly TransportEntry[] =>
  entries.map((entry) => ({ ...entry, [key]: undefined }));

describe('the delay cases catch', () => {
  testMutants([
    {
      does: 'ignores the delay',
      caughtBy: 'a delayed message comes not before it is due and within two seconds after; what is due in the past comes now',
      breaks: (transport) => ({ send: (entries, options) => transport.send(without(entries, 'notBefore'), options) }),
    },
    {
      does: 'takes a delay that it has not',
      caughtBy: 'a delayed message comes not before it is due and within two seconds after; what is due in the past comes now',
      like: 'kafka',
      breaks: (transport) => ({ send: (entries, options) => transport.send(without(entries, 'notBefore'), options) }),
    },
    {
      does: 'comes three seconds late',
      caughtBy: 'a delayed message comes not before it is due and within two seconds after; what is due in the past comes now',
      breaks: (transport) => ({
        send: (entries, options) =>
          transport.send(
            entries.map((entry) => (entry.notBefore === undefined ? entry : { ...entry, notBefore: entry.notBefore + 3_000 })),
            options,
          ),
      }),
    },
    {
      does: 'ignores priorities',
      caughtBy: 'within a backlog higher priorities come first, and equal ones in the order of sending',
      breaks: (transport) => ({ send: (entries, options) => transport.send(without(entries, 'priority'), options) }),
    },
    {
      does: 'says that it took back what it did not',
      caughtBy: 'a delayed message can be taken back by its token while it waits, once; without the capability there is no token',
      breaks: () => ({ cancel: (token) => Promise.resolve(token !== 'no such token') }),
    },
    {
      does: 'redelivers at once',
      caughtBy: 'a redelivery comes not before its delay, once, with the new headers over the old ones and the same bytes',
      breaks: (transport) => delivering(transport, (delivery) => ({ redeliver: () => delivery.release() })),
    },
    {
      does: 'forgets the headers of a redelivery',
      caughtBy: 'a redelivery comes not before its delay, once, with the new headers over the old ones and the same bytes',
      like: 'rabbitmq',
      breaks: (transport) =>
        delivering(transport, (delivery) => ({ redeliver: ({ delayMs }) => delivery.redeliver({ delayMs, headers: new Map() }) })),
    },
    {
      does: 'rounds a delay that is not listed to nothing',
      caughtBy: 'a redelivery after a delay that no policy lists works, or is refused and leaves the delivery unsettled',
      like: 'kafka',
      breaks: (transport) => delivering(transport, (delivery) => ({ redeliver: () => delivery.release() })),
    },
    {
      does: 'drops what has expired',
      caughtBy: 'an expired message is not handled and stands in the dead letters as `expired`, by the broker or by core',
      breaks: (transport) => ({
        deadLetters: {
          count: () => Promise.resolve(0),
          list: () => Promise.resolve({ letters: [], cursor: undefined, complete: true }),
          take: () => Promise.resolve([]),
        },
        name: transport.name,
      }),
    },
  ]);
});
