import { describe } from 'vitest';
import { receiving, testMutants } from '../support/mutant.ts';

describe('the life cases catch', () => {
  testMutants([
    {
      does: 'delivers after stop',
      caughtBy: 'nothing is handed over after stop is called; it waits for the next start',
      breaks: (transport) => receiving(transport, () => ({ stop: () => Promise.resolve() })),
    },
  ]);
});
