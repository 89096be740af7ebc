import { describe } from 'vitest';
import { delivering, testMutants } from '../support/mutant.ts';

describe('the settling cases catch', () => {
  testMutants([
    {
      does: 'acks what is released',
      caughtBy: 'a released message comes again, unchanged; an acked one does not',
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'releases what is acked',
      caughtBy: 'a released message comes again, unchanged; an acked one does not',
      breaks: (transport) => delivering(transport, (delivery) => ({ ack: () => delivery.release() })),
    },
  ]);
});
