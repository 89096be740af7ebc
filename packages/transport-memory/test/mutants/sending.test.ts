import { describe } from 'vitest';
import { testMutants } from '../support/mutant.ts';

describe('the sending cases catch', () => {
  testMutants([
    {
      does: 'loses every hundredth message',
      caughtBy: 'delivers each of 1,000 acked messages, none lost, none twice, bytes and headers as they were',
      breaks: (transport) => ({
        send: async (entries, options) => {
          await transport.send(
            entries.filter((_, index) => index % 100 !== 99),
            options,
          );
          return entries.map(() => ({ status: 'accepted', nativeId: 'x' }));
        },
      }),
    },
  ]);
});
