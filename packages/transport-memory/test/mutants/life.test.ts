import { describe } from 'vitest';
import type { Runtime } from '@waybill/core/transport';
import { LOG_EVENTS } from '@waybill/core/transport';
import { delivering, receiving, testMutants } from '../support/mutant.ts';

const never = (): Promise<never> => new Promise(() => undefined);

const RANDOM_RECEIVERS =
  'random starts, stops, pauses and credits of a receiver: nothing while it does not receive, never above the credit, none lost, none twice';

describe('the life cases catch', () => {
  testMutants([
    {
      does: 'delivers after stop',
      caughtBy: 'nothing is handed over after stop is called; it waits for the next start',
      breaks: (transport) => receiving(transport, () => ({ stop: () => Promise.resolve() })),
    },
    {
      does: 'hands over after stop what was on its way',
      caughtBy: 'no handler starts after stop is called, in 100 runs over 10,000 messages, and each message is handled in the end',
      breaks: (transport) => {
        let runtime: Runtime | undefined;
        return {
          open: (options) => {
            runtime = options.runtime;
            return transport.open(options);
          },
          receive: (endpoint, options, onDelivery) =>
            transport.receive(endpoint, options, (delivery) => void runtime?.yield().then(() => onDelivery(delivery))),
        };
      },
    },
    {
      does: 'receives nothing after it was opened again',
      caughtBy: 'opens, closes, opens again, ten times over, twice at once each time, and still delivers',
      breaks: (transport) => {
        let opened = 0;
        return {
          open: (options) => {
            opened += 1;
            return transport.open(options);
          },
          ...receiving(transport, (receiver) => ({ start: () => (opened > 1 ? Promise.resolve() : receiver.start()) })),
        };
      },
    },
    {
      does: 'stays connected after close',
      caughtBy: 'states tell connected and closed once each; close twice, and at once, is one close',
      breaks: () => ({ close: () => Promise.resolve() }),
    },
    {
      does: 'says open when the broker refused',
      caughtBy: 'an open that fails is TRANSPORT_OPEN_FAILED, leaves nothing behind, and may be tried again',
      breaks: (transport) => ({ open: (options) => transport.open(options).catch(() => undefined) }),
    },
    {
      does: 'leaves a timer when an open fails',
      caughtBy: 'an open that fails is TRANSPORT_OPEN_FAILED, leaves nothing behind, and may be tried again',
      breaks: (transport) => ({
        open: async (options) => {
          const timer = options.runtime.setTimer(60_000, () => undefined);
          await transport.open(options);
          timer.cancel();
        },
      }),
    },
    {
      does: 'takes the right to settle away when the receiver stops',
      caughtBy: 'what was handed over before stop can be settled after it; states and second calls of a receiver are as told',
      breaks: (transport) => {
        let isStopped = false;
        return {
          receive: (endpoint, options, onDelivery) => {
            const broken = delivering(transport, (delivery) => ({ ack: () => (isStopped ? 'lost' : delivery.ack()) }));
            const receiver = broken.receive?.(endpoint, options, onDelivery);
            if (receiver === undefined) throw new Error('there is no receiver');
            const stop = receiver.stop.bind(receiver);
            return Object.assign(receiver, {
              stop: async () => {
                isStopped = true;
                await stop();
              },
            });
          },
        };
      },
    },
    {
      does: 'never ends the stop of a receiver',
      caughtBy: 'stop before start, twice, at once, during each moment of a start, and with the broker down, ends in time',
      breaks: (transport) => receiving(transport, () => ({ stop: never })),
    },
    {
      does: 'keeps what was released until it is closed',
      caughtBy: 'what was taken and not started comes back when stop is called, while a handler still runs, and is not counted as tried',
      breaks: (transport) => delivering(transport, () => ({ release: () => 'settled' })),
    },
    {
      does: 'counts releases as attempts, though it says it does not',
      caughtBy: 'what was taken and not started comes back when stop is called, while a handler still runs, and is not counted as tried',
      breaks: (transport) => delivering(transport, ({ attempt = 1 }) => ({ attempt: attempt + 1 })),
    },
    {
      does: 'goes on while it is paused',
      caughtBy: RANDOM_RECEIVERS,
      breaks: (transport) => receiving(transport, () => ({ pause: () => Promise.resolve() })),
    },
    {
      does: 'takes no lower credit',
      caughtBy: RANDOM_RECEIVERS,
      breaks: (transport) => receiving(transport, () => ({ setPrefetch: () => undefined })),
    },
    {
      does: 'acks what is released',
      caughtBy: RANDOM_RECEIVERS,
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'leaves a timer at close',
      caughtBy: '10 × 50 random starts, stops and sends leave no timer, no listener and no consumer, and lose no accepted message',
      breaks: (transport) => ({
        open: (options) => {
          options.runtime.setTimer(3_600_000, () => undefined);
          return transport.open(options);
        },
      }),
    },
    {
      does: 'leaves a listener on the signal of a send',
      caughtBy: '10 × 50 random starts, stops and sends leave no timer, no listener and no consumer, and lose no accepted message',
      breaks: (transport) => ({
        send: (entries, options) => {
          options.signal?.addEventListener('abort', () => undefined);
          return transport.send(entries, options);
        },
      }),
    },
    {
      does: 'loses a message now and then when it is closed',
      caughtBy: '10 × 50 random starts, stops and sends leave no timer, no listener and no consumer, and lose no accepted message',
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'opens a reply inbox that nobody asked for',
      caughtBy: 'a bus that only sends makes no receiver and no reply inbox, and declares no endpoint',
      breaks: (transport) => ({
        open: async (options) => {
          await transport.open(options);
          await transport.replies(() => undefined);
        },
      }),
    },
    {
      does: 'warns while all is well',
      caughtBy: 'nothing is logged above info while all is well',
      breaks: (transport) => ({
        open: (options) => {
          options.runtime.logger.warn({ event: LOG_EVENTS.transportState }, 'connected');
          return transport.open(options);
        },
      }),
    },
    {
      does: 'leaves an aborted open connected',
      caughtBy: 'an open with an aborted signal rejects and leaves nothing behind; the next one works',
      breaks: (transport) => ({
        close: () => Promise.resolve(),
        open: (options) => transport.open({ runtime: options.runtime, onState: options.onState }),
      }),
    },
  ]);
});
