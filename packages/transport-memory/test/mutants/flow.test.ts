import { describe } from 'vitest';
import { testMutants } from '../support/mutant.ts';

describe('the flow cases catch', () => {
  testMutants([
    {
      does: 'leaks credit',
      caughtBy: 'hands over no more than the prefetch, and one more for each that is settled',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) => transport.receive(endpoint, { prefetch: options.prefetch + 1 }, onDelivery),
      }),
    },
  ]);
});
