import { describe } from 'vitest';
import type { ITransportDelivery, MaybePromise, SettleResult } from '@waybill/core/transport';
import { delivering, testMutants } from '../support/mutant.ts';

const RELEASE_CASE = 'a released message comes again, unchanged; an acked one does not';

async function settledWhatever(verb: () => MaybePromise<SettleResult>): Promise<SettleResult> {
  try {
    await verb();
  } catch {
    return 'settled';
  }
  return 'settled';
}

describe('the settling cases catch', () => {
  testMutants([
    {
      does: 'acks what is released',
      caughtBy: RELEASE_CASE,
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'releases what is acked',
      caughtBy: RELEASE_CASE,
      breaks: (transport) => delivering(transport, (delivery) => ({ ack: () => delivery.release() })),
    },
    {
      does: 'settles the delivery before it',
      caughtBy: 'deliveries that are settled out of order settle nothing but themselves: all that was not acked comes again',
      breaks: (transport) => {
        let before: ITransportDelivery | undefined;
        return delivering(transport, (delivery) => {
          const other = before ?? delivery;
          before = delivery;
          return { ack: () => other.ack() };
        });
      },
    },
    {
      does: 'acks at once what it hands over',
      caughtBy: 'a message is settled only after its handler has ended: what was being handled when the connection was cut comes again',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) =>
          transport.receive(endpoint, options, (delivery) => {
            onDelivery(delivery);
            void delivery.ack();
          }),
      }),
    },
    {
      does: 'gives each delivery a lock that nobody renews',
      caughtBy: 'a lock is renewed while a delivery is unsettled, for five locks; at its longest the delivery is lost and comes again',
      like: 'sqs',
      breaks: (transport) => {
        let runtime: Parameters<typeof transport.open>[0]['runtime'] | undefined;
        return {
          open: (options) => {
            ({ runtime } = options);
            return transport.open(options);
          },
          receive: (endpoint, options, onDelivery) =>
            transport.receive(endpoint, options, (delivery) => {
              runtime?.setTimer(transport.capabilities.lock?.ms ?? 0, () => void delivery.release());
              onDelivery(delivery);
            }),
        };
      },
    },
    {
      does: 'says "settled" when the right to settle was lost',
      caughtBy: 'a settlement after the lock was lost answers "lost", is counted, and does not settle the delivery of another process',
      like: 'service-bus',
      breaks: (transport) =>
        delivering(transport, (delivery) => ({
          lost: new AbortController().signal,
          isLost: false,
          ack: () => settledWhatever(() => delivery.ack()),
        })),
    },
    {
      does: 'counts what was released as tried, though it says that it does not',
      caughtBy: 'the broker counts a delivery that ended without a word, and counts what was released only where it says so',
      breaks: (transport) => {
        let arrivals = 0;
        return delivering(transport, () => ({ attempt: (arrivals += 1) }));
      },
    },
    {
      does: 'keeps the credit of what was redelivered',
      caughtBy: 'each of the four verbs returns its credit, once',
      breaks: (transport) => delivering(transport, () => ({ redeliver: () => 'settled' })),
    },
    {
      does: 'says "settled" when a settlement failed',
      caughtBy: 'a verb that rejects took no effect: the delivery is still unsettled, its credit is not returned, another verb works',
      breaks: (transport) => delivering(transport, (delivery) => ({ ack: () => settledWhatever(() => delivery.ack()) })),
    },
    {
      does: 'sends with the ack one after another',
      caughtBy: 'an ack with sends is one step, or none; where it cannot be one, core sends first and acks after that was accepted',
      breaks: (transport) =>
        delivering(transport, (delivery) => ({
          ack: async (options) => {
            for (const entry of options?.sends ?? []) {
              const [outcome] = await transport.send([entry], {});
              if (outcome?.status !== 'accepted') throw new Error('not accepted');
            }
            return delivery.ack();
          },
        })),
    },
  ]);
});
