import { expect, it } from 'vitest';
import { overlay, runCase, TRANSPORT_CASES } from '@waybill/conformance';
import type { IMessageTransport, IReceiver, ITransportDelivery, ITransportTopology, TransportMessage } from '@waybill/core/transport';
import type { MemoryLikeness } from '../../src/index.ts';
import { memoryHarness } from './memory-harness.ts';

/** A memory transport with one thing broken, and the case that must see it. */
export interface Mutant {
  /** What it does, after "a transport that". */
  readonly does: string;
  /** The name of the case that must fail. */
  readonly caughtBy: string;
  readonly like?: MemoryLikeness;
  /** What it does instead; everything else is the transport's own. */
  readonly breaks: (transport: IMessageTransport) => Partial<IMessageTransport>;
}

/** One test per mutant: the named case passes on the sound transport and fails, with a sentence, on the broken one. */
export function testMutants(mutants: readonly Mutant[]): void {
  it.each(mutants)('a transport that $does', { timeout: 20_000 }, async ({ caughtBy, like, breaks }) => {
    const one = TRANSPORT_CASES.find(({ name }) => name === caughtBy);
    if (one === undefined) throw new Error(`there is no case "${caughtBy}"`);
    expect(await runCase(one, memoryHarness(like))).not.toBe('not offered');
    const broken = memoryHarness(like, (transport) => overlay(transport, breaks(transport)));
    await expect(runCase(one, broken)).rejects.toThrow('conformance:');
  });
}

/** Breaks each delivery. */
export const delivering = (
  transport: IMessageTransport,
  change: (delivery: ITransportDelivery) => Partial<ITransportDelivery>,
): Partial<IMessageTransport> => ({
  receive: (endpoint, options, onDelivery) =>
    transport.receive(endpoint, options, (delivery) => onDelivery(overlay(delivery, change(delivery)))),
});

/** Breaks each receiver. */
export const receiving = (
  transport: IMessageTransport,
  change: (receiver: IReceiver) => Partial<IReceiver>,
): Partial<IMessageTransport> => ({
  receive: (...parameters) => {
    const receiver = transport.receive(...parameters);
    return overlay(receiver, change(receiver));
  },
});

/** Breaks the topology. */
export const declaring = (
  transport: IMessageTransport,
  change: (topology: ITransportTopology) => Partial<ITransportTopology>,
): Partial<IMessageTransport> => ({ topology: overlay(transport.topology, change(transport.topology)) });

/** Breaks each message that is handed over. */
export const handing = (
  transport: IMessageTransport,
  change: (message: TransportMessage) => Partial<TransportMessage>,
): Partial<IMessageTransport> =>
  delivering(transport, ({ message }) => {
    const { headers, body } = message;
    return { message: { headers, body, ...change(message) } };
  });
