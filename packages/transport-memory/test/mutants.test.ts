import { describe, expect, it } from 'vitest';
import { TRANSPORT_CASES } from '@waybill/conformance';
import type { IMessageTransport, ITransportDelivery } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';

/** Breaks one thing of a transport; everything else is the transport's own. */
type Mutation = (transport: IMessageTransport) => Partial<IMessageTransport>;

const delivering = (
  transport: IMessageTransport,
  change: (delivery: ITransportDelivery) => Partial<ITransportDelivery>,
): Partial<IMessageTransport> => ({
  receive: (endpoint, options, onDelivery) =>
    transport.receive(endpoint, options, (delivery) => onDelivery(overlay(delivery, change(delivery)))),
});

/** `target` with some members replaced; methods keep their `this`. */
function overlay<T extends object>(target: T, changes: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      const value: unknown = key in changes ? changes[key as keyof T] : Reflect.get(target, key, target);
      return typeof value === 'function' && !(key in changes) ? value.bind(target) : value;
    },
  });
}

const mutants: [string, string, Mutation][] = [
  [
    'loses every hundredth message',
    'delivers each of 1,000 acked messages, none lost, bytes and headers as they were',
    (transport) => ({
      send: (entries, options) => {
        const kept = entries.filter((_, index) => index % 100 !== 99);
        void transport.send(kept, options);
        return entries.map(() => ({ status: 'accepted', nativeId: 'x' }));
      },
    }),
  ],
  [
    'leaks credit',
    'hands over no more than the prefetch, and one more for each that is settled',
    (transport) => ({
      receive: (endpoint, options, onDelivery) => transport.receive(endpoint, { prefetch: options.prefetch + 1 }, onDelivery),
    }),
  ],
  [
    'acks what is released',
    'a released message comes again, unchanged; an acked one does not',
    (transport) => delivering(transport, (delivery) => ({ release: () => delivery.ack() })),
  ],
  [
    'releases what is acked',
    'a released message comes again, unchanged; an acked one does not',
    (transport) => delivering(transport, (delivery) => ({ ack: () => delivery.release() })),
  ],
  [
    'delivers after stop',
    'nothing is handed over after stop is called; it waits for the next start',
    (transport) => ({
      receive: (endpoint, options, onDelivery) => {
        const receiver = transport.receive(endpoint, options, onDelivery);
        return overlay(receiver, { stop: () => Promise.resolve() });
      },
    }),
  ],
];

describe('the suite catches', () => {
  it.each(mutants)('a transport that %s', { timeout: 20_000 }, async (_, caseName, mutate) => {
    const broker = memoryBroker();
    const create = (): IMessageTransport => {
      const transport = memory({ broker });
      return overlay(transport, mutate(transport));
    };
    const caught = TRANSPORT_CASES.find(({ name }) => name === caseName);
    await expect(caught?.run({ create })).rejects.toThrow('conformance:');
  });
});
