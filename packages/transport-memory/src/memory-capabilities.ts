import type { TransportCapabilities } from '@waybill/core/transport';
import type { ResolvedMemoryOptions } from './memory-options.ts';

/** What memory can do, with the limits that it was given. */
export function memoryCapabilities(options: ResolvedMemoryOptions): TransportCapabilities {
  return Object.freeze({
    durable: false, // it is gone with the process
    delay: Object.freeze({ maxMs: Number.POSITIVE_INFINITY, steps: 'any', hop: false, cancel: true }), // a timer of the runtime
    redeliver: 'in-place', // the message keeps its place in the order
    lanes: Object.freeze({ kind: 'key', onWait: Object.freeze(['hold'] as const) }), // one unsettled member of a key at a time
    fanOut: 'copy', // one copy per subscription
    attempts: Object.freeze({ kind: 'count', countsReleases: false }), // we count, and know what was tried
    lock: undefined, // a delivery is ours until the transport is closed
    ackWithSends: true, // one synchronous step
    enlists: false, // there is no store below
    dedupe: undefined,
    deadLetters: 'cursor', // they are a list
    replies: 'queue',
    unroutable: true, // it knows its endpoints
    priority: true,
    ttl: true, // expired messages are taken out when they come up for delivery
    batch: Object.freeze({ count: 1_000, bytes: Number.POSITIVE_INFINITY }),
    maxMessageBytes: options.maxMessageBytes,
    maxHeaderBytes: options.maxHeaderBytes,
    stopSlackMs: 1_000,
    redeliveryHorizonMs: Number.POSITIVE_INFINITY, // a message waits as long as the process lives
  } as const);
}
