import { describe } from 'vitest';
import { overlay } from '@waybill/conformance';
import type { ITransportDelivery, MaybePromise, SettleResult } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { delivering, testMutants } from '../support/mutant.ts';

const acked = new Set<string>();

describe('the log cases catch', () => {
  testMutants([
    {
      does: 'remembers what was acked beyond its position though it is a log',
      caughtBy: 'a log settles by position: what lies beyond the lowest unsettled comes again; elsewhere only what was not settled does',
      like: 'kafka',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) =>
          transport.receive(endpoint, options, (delivery) => {
            const id = delivery.message.headers.get(HEADERS.id) ?? '';
            if (acked.has(id)) void delivery.ack();
            else onDelivery(overlay(delivery, { ack: () => ackAndKeep(id, delivery) }));
          }),
      }),
    },
    {
      does: 'moves its position with a release',
      caughtBy:
        'a release moves no position: what was released comes again here, and again at the next reader, with what follows it in a log',
      like: 'kafka',
      breaks: (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
    },
    {
      does: 'moves its position with what it hands over',
      caughtBy: 'while one delivery of a log is unsettled its partition goes on for a bounded span only; a queue goes on without end',
      like: 'kafka',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) =>
          transport.receive(endpoint, options, (delivery) => {
            onDelivery(delivery);
            void delivery.ack();
          }),
      }),
    },
    {
      does: 'does not tell that its partition was lost',
      caughtBy:
        'a reader that loses its partitions is told so at each unsettled delivery, settles nothing more of them, and reads on from the position',
      like: 'kafka',
      breaks: (transport) => delivering(transport, () => ({ lost: new AbortController().signal })),
    },
    {
      does: 'shares one position between all endpoints',
      caughtBy: 'what one endpoint has settled of a topic another still gets, all of it, when it comes to read',
      like: 'kafka',
      breaks: (transport) => {
        let readers = 0;
        return {
          receive: (endpoint, options, onDelivery) => {
            readers += 1;
            const isFirst = readers === 1;
            return transport.receive(endpoint, options, (delivery) => (isFirst ? onDelivery(delivery) : void delivery.ack()));
          },
        };
      },
    },
  ]);
});

function ackAndKeep(id: string, delivery: ITransportDelivery): MaybePromise<SettleResult> {
  acked.add(id);
  return delivery.ack();
}
