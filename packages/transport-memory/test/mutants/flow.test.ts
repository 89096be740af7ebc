import { describe } from 'vitest';
import { overlay } from '@waybill/conformance';
import type { IMessageTransport, ITransportDelivery, SettleResult } from '@waybill/core/transport';
import { delivering, receiving, testMutants } from '../support/mutant.ts';

describe('the flow cases catch', () => {
  testMutants([
    {
      does: 'leaks credit',
      caughtBy: 'hands over no more than the prefetch, and one more for each that is settled',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) => transport.receive(endpoint, { prefetch: options.prefetch + 1 }, onDelivery),
      }),
    },
    {
      does: 'reorders a lane',
      caughtBy:
        '1,000 messages of 16 keys are handled in order within each key, many keys at once; without lanes `ordered` fails the start',
      like: 'rabbitmq',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) => {
          const kept = new Map<string | undefined, ITransportDelivery>();
          return transport.receive(endpoint, options, (delivery) => {
            const before = kept.get(delivery.lane);
            kept.delete(delivery.lane);
            if (before === undefined && kept.size === 0) kept.set(delivery.lane, delivery);
            else {
              onDelivery(delivery);
              if (before !== undefined) onDelivery(before);
            }
          });
        },
      }),
    },
    {
      does: 'tells of no lanes',
      caughtBy: 'a message without a partition key is in no lane, and at an endpoint that is not ordered no message is',
      breaks: (transport) => delivering(transport, () => ({ lane: undefined })),
    },
    {
      does: 'puts all keys into one lane',
      caughtBy: 'a lane that stands still blocks no other lane',
      breaks: (transport) => ({
        send: (entries, options) =>
          transport.send(
            entries.map((entry) => ({ ...entry, partitionKey: 'all' })),
            options,
          ),
      }),
    },
    {
      does: 'gives one lane to two processes',
      caughtBy: 'of two processes at one endpoint, never do both have deliveries of one lane, and each lane comes in order',
      breaks: (transport) => delivering(transport, () => ({ lane: 'the only one' })),
    },
    {
      does: 'goes on while it is paused',
      caughtBy: 'nothing comes while a receiver is paused, what was handed over can be settled, and all comes after resume',
      breaks: (transport) => receiving(transport, () => ({ pause: () => Promise.resolve() })),
    },
    {
      does: 'keeps its first prefetch',
      caughtBy: 'a higher prefetch takes effect at once, a lower one as deliveries are settled',
      breaks: (transport) => receiving(transport, () => ({ setPrefetch: () => undefined })),
    },
    {
      does: 'lets the others of a lane pass though it says that they hold',
      caughtBy:
        'while a message of a key waits for its redelivery the others of the key hold, or pass, as it was chosen; none starts before it has failed',
      breaks: (transport) => ({
        receive: (endpoint, options, onDelivery) =>
          transport.receive(endpoint, options, (delivery) =>
            onDelivery(overlay(delivery, { redeliver: ({ headers }) => sendToItself(transport, endpoint.name, delivery, headers) })),
          ),
      }),
    },
  ]);
});

async function sendToItself(
  transport: IMessageTransport,
  name: string,
  delivery: ITransportDelivery,
  over: ReadonlyMap<string, string>,
): Promise<SettleResult> {
  const headers = new Map([...delivery.message.headers, ...over]);
  await transport.send([{ destination: { kind: 'endpoint', name }, partitionKey: 'one key', headers, body: delivery.message.body }], {});
  return delivery.ack();
}
