import { describe } from 'vitest';
import type { TransportCapabilities } from '@waybill/core/transport';
import { testMutants } from '../support/mutant.ts';

describe('the declaration cases catch', () => {
  testMutants([
    {
      does: 'gives its capabilities out to be changed',
      caughtBy: 'capabilities are frozen, all through, and the same each time',
      breaks: (transport) => ({ capabilities: { ...transport.capabilities } }),
    },
    {
      does: 'freezes its capabilities outside only',
      caughtBy: 'capabilities are frozen, all through, and the same each time',
      breaks: ({ capabilities }) => ({ capabilities: Object.freeze({ ...capabilities, delay: { ...capabilities.delay } }) }),
    },
    {
      does: 'leaves a capability out',
      caughtBy: 'every capability is declared, with a value that it may have, in general and for an endpoint',
      breaks: ({ capabilities }) => {
        const { ttl: _, ...others } = capabilities;
        return { capabilities: Object.freeze(others) as TransportCapabilities };
      },
    },
    {
      does: 'tells its password when it connects',
      caughtBy: 'name, capabilities, plans and connection states are for people to read: short names, no secrets',
      breaks: (transport) => ({
        open: (options) => {
          options.onState({ status: 'reconnecting', reason: 'amqp://guest:guest@broker does not answer' });
          return transport.open(options);
        },
      }),
    },
    {
      does: 'can delay less than it says',
      caughtBy: 'an option that the transport cannot keep is refused as CAPABILITY_NOT_SUPPORTED before anything leaves',
      like: 'sqs-fifo',
      breaks: (transport) => {
        const capabilities = Object.freeze({ ...transport.capabilities, priority: true });
        return { capabilities, capabilitiesOf: () => capabilities };
      },
    },
  ]);
});
