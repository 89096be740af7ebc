import type { TransportCapabilities } from '@waybill/core/transport';
import type { QueueType } from './topology/endpoint-options.ts';
import { MAX_DELAY_MS } from './topology/delay-ladder.ts';

const KIB = 1_024;

/** What capabilities depend on. */
export interface CapabilityFacts {
  readonly queue: QueueType;
  readonly maxPriority: number | undefined;
  readonly maxMessageBytes: number;
}

/** What RabbitMQ can do, with the reason of each line. */
export function rabbitmqCapabilities({ queue, maxPriority, maxMessageBytes }: CapabilityFacts): TransportCapabilities {
  return deepFreeze<TransportCapabilities>({
    durable: true, // durable queues, persistent messages, publisher confirms
    delay: { maxMs: MAX_DELAY_MS, steps: 'any', hop: false, cancel: false }, // a ladder of queues; nothing is taken out of the middle of a queue
    redeliver: 'copy', // into the ladder, then ack
    lanes: { kind: 'slot', onWait: ['pass'] }, // keys are hashed to 64 slots; a copy leaves its place
    fanOut: 'copy', // one copy per bound queue
    attempts:
      queue === 'quorum'
        ? { kind: 'count', countsReleases: true } // x-delivery-count; from 4.3 on it leaves out what was released
        : { kind: 'flag', countsReleases: true }, // `redelivered` says only that it came before
    lock: undefined, // as long as the channel lives; the broker's own ack timeout is 30 minutes
    ackWithSends: false, // AMQP transactions span one channel, and are no transactions across queues
    enlists: false,
    dedupe: undefined, // only by a plugin
    deadLetters: 'scan', // get a page, put it back
    replies: 'channel', // direct reply-to
    unroutable: true, // `mandatory`
    priority: queue === 'classic' && maxPriority !== undefined, // an argument of classic queues
    ttl: true, // expired at the head of the queue, dead-lettered by the broker
    batch: { count: 1_000, bytes: Number.POSITIVE_INFINITY }, // no batches on the wire: so many publishes before the first confirm
    maxMessageBytes,
    maxHeaderBytes: 32 * KIB, // the header frame must fit into 64 KiB, the overhead of each header included
    stopSlackMs: 4_000, // two connections, each at most 2 s to say goodbye
    redeliveryHorizonMs: Number.POSITIVE_INFINITY, // a message waits as long as its queue keeps it
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member as object);
  return Object.freeze(value);
}
