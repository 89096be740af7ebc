/** In front of every header that belongs to the bus. Users' own headers must not begin with it. */
export const HEADER_PREFIX = 'waybill-';

/**
 * Every header that the bus reads or writes. Approved text: `docs/reference/headers.md` is compared with it by a test.
 *
 * Rolling upgrades: a fleet is never upgraded at once. Readers learn a new header one release before writers send it; a
 * header is never given a second meaning, and is read for one release after the last writer of it is gone.
 */
export const HEADERS = {
  /** Unique id of the message, kept over all retries, redeliveries and returns. */
  id: 'waybill-id',
  /** Name of the contract. */
  name: 'waybill-name',
  /** Version of the contract, a whole number; absent means 1, which is not written. */
  version: 'waybill-version',
  /** Names of the contracts that an event extends, joined by commas. */
  bases: 'waybill-bases',
  /** Id of the business flow that the message belongs to; copied onward. */
  correlation: 'waybill-correlation',
  /** Id of the tree of messages that began with one first message; copied onward. */
  conversation: 'waybill-conversation',
  /** Correlation id of the message that caused this one. */
  initiator: 'waybill-initiator',
  /** Message id of the message that caused this one. */
  causation: 'waybill-causation',
  /** Ties a reply to its request. */
  request: 'waybill-request',
  /** When the sender's bus took it; ISO 8601, UTC, milliseconds. */
  sent: 'waybill-sent',
  /** When it is of no use any more; ISO 8601, UTC, milliseconds. */
  expires: 'waybill-expires',
  /** Name of the bus that sent it. */
  source: 'waybill-source',
  /** Where replies go. */
  replyTo: 'waybill-reply-to',
  /** The endpoint that faults go to. */
  faultTo: 'waybill-fault-to',
  /** On a fault: the name of the contract of the message that failed. */
  faulted: 'waybill-faulted',
  /** Attempts counted so far by us, beside what the broker counts. */
  attempt: 'waybill-attempt',
  /** Redeliveries so far: the place in the list of delays of the recovery policy. */
  redelivery: 'waybill-redelivery',
  /** When a message is due that is delayed for longer than the broker can at once; ISO 8601, UTC, milliseconds. */
  due: 'waybill-due',
  /** It came back without an end: how often, how often from a trial, and the broker's count when that was written; `alone` while it is on trial. */
  trial: 'waybill-trial',
  /** Why it is in the dead letters. */
  reason: 'waybill-reason',
  /** The error that put it there: code, then text, at most 8 KiB. */
  error: 'waybill-error',
  /** The endpoint that it was taken from. */
  origin: 'waybill-origin',
  /** When it was dead-lettered; ISO 8601, UTC, milliseconds. */
  failedAt: 'waybill-failed-at',
  /** Whose message it is; untrusted unless signatures verify. */
  tenant: 'waybill-tenant',
  /** Messages of one destination with the same key keep their order. */
  partitionKey: 'waybill-partition-key',
  /** Byte transforms of the body (compression, encryption), outermost last. */
  contentEncoding: 'waybill-content-encoding',
  /** The process that sent it. */
  instance: 'waybill-instance',
  /** Media type of the body; chooses the serializer. */
  contentType: 'content-type',
  /** W3C trace context. */
  traceparent: 'traceparent',
  /** W3C trace context. */
  tracestate: 'tracestate',
  /** W3C baggage. */
  baggage: 'baggage',
} as const;
Object.freeze(HEADERS);

/** Key of {@link HEADERS}. */
export type HeaderKey = keyof typeof HEADERS;

/** Why a message stands in the dead letters; the value of the `waybill-reason` header. */
export const DEAD_LETTER_REASONS = ['failed', 'unreadable', 'unknown', 'version-too-new', 'expired', 'crashed'] as const;

/** One of {@link DEAD_LETTER_REASONS}. */
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number];
