import type { TransportCapabilities } from '@waybill/core/transport';

/** A broker whose behaviour the memory transport takes on. */
export type MemoryLikeness = 'rabbitmq' | 'service-bus' | 'sqs' | 'sqs-fifo' | 'kafka' | 'database';

/** How a memory broker behaves. */
export interface MemoryNature {
  readonly like: MemoryLikeness | 'memory';
  readonly capabilities: TransportCapabilities;
  /** `log`: endpoints read partitions and keep positions. */
  readonly form: 'queue' | 'log';
  /** Due times are rounded up to whole multiples, in milliseconds. */
  readonly dueStepMs: number;
  /** Several members of a lane may be out at once, with one receiver. */
  readonly lanesInBatches: boolean;
}

const KIB = 1_024;
const MIB = 1_048_576;
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const ANY_LENGTH = Number.POSITIVE_INFINITY;

/** All that can be done, by one process, in memory. The limits are those of the smallest real broker. */
const MEMORY: TransportCapabilities = {
  durable: false, // it is gone with the process
  delay: { maxMs: ANY_LENGTH, steps: 'any', hop: false, cancel: true }, // a timer of the runtime
  redeliver: 'in-place', // the message keeps its place in the order
  lanes: { kind: 'key', onWait: ['hold'] }, // one unsettled member of a key at a time
  fanOut: 'copy', // one copy per subscription
  attempts: { kind: 'count', countsReleases: false }, // we count, and know what was tried
  lock: undefined, // a delivery is ours until the transport is closed
  ackWithSends: true, // one synchronous step
  enlists: false, // there is no store below
  dedupe: undefined,
  deadLetters: 'cursor', // they are a list
  replies: 'queue',
  unroutable: true, // it knows its endpoints
  priority: true,
  ttl: true, // expired messages are taken out when they come up for delivery
  batch: { count: 1_000, bytes: ANY_LENGTH },
  maxMessageBytes: 256 * KIB,
  maxHeaderBytes: 32 * KIB,
  stopSlackMs: SECOND,
  redeliveryHorizonMs: ANY_LENGTH, // a message waits as long as the process lives
};

/** What the brokers cannot do in one step, or at all. */
const BROKER: TransportCapabilities = { ...MEMORY, durable: true, ackWithSends: false, priority: false };

/** The columns of the table of brokers, as data. */
const COLUMNS: Readonly<Record<MemoryLikeness | 'memory', Omit<MemoryNature, 'like'>>> = {
  memory: { capabilities: MEMORY, form: 'queue', dueStepMs: 1, lanesInBatches: false },
  rabbitmq: {
    capabilities: {
      ...BROKER,
      delay: { maxMs: (2 ** 28 - 1) * SECOND, steps: 'any', hop: false, cancel: false }, // a ladder of 28 queues, in whole seconds
      redeliver: 'copy',
      lanes: { kind: 'slot', onWait: ['pass'] },
      attempts: { kind: 'count', countsReleases: true }, // the delivery count of quorum queues before 4.3
      deadLetters: 'scan',
      replies: 'channel',
      priority: true,
      maxMessageBytes: 16 * MIB,
      stopSlackMs: 2 * SECOND,
    },
    form: 'queue',
    dueStepMs: SECOND,
    lanesInBatches: true,
  },
  'service-bus': {
    capabilities: {
      ...BROKER,
      delay: { maxMs: ANY_LENGTH, steps: 'any', hop: false, cancel: true },
      redeliver: 'copy',
      lanes: { kind: 'key', onWait: ['pass'] },
      attempts: { kind: 'count', countsReleases: true },
      lock: { ms: MINUTE, maxMs: HOUR },
      batch: { count: 4_500, bytes: 256 * KIB },
      stopSlackMs: 5 * SECOND,
      redeliveryHorizonMs: 14 * DAY,
    },
    form: 'queue',
    dueStepMs: 1,
    lanesInBatches: true,
  },
  sqs: {
    capabilities: {
      ...BROKER,
      delay: { maxMs: 15 * MINUTE, steps: 'any', hop: true, cancel: false },
      redeliver: 'copy',
      lanes: { kind: 'none', onWait: [] },
      attempts: { kind: 'count', countsReleases: true },
      lock: { ms: 30 * SECOND, maxMs: 12 * HOUR },
      deadLetters: 'scan',
      ttl: false,
      batch: { count: 10, bytes: MIB },
      maxMessageBytes: MIB,
      stopSlackMs: 5 * SECOND,
      redeliveryHorizonMs: 14 * DAY,
    },
    form: 'queue',
    dueStepMs: SECOND,
    lanesInBatches: false,
  },
  'sqs-fifo': {
    capabilities: {
      ...BROKER,
      delay: { maxMs: 0, steps: 'any', hop: false, cancel: false }, // only per queue
      redeliver: 'in-place', // by visibility, up to 12 hours from receipt
      lanes: { kind: 'key', onWait: ['hold'] },
      attempts: { kind: 'count', countsReleases: true },
      lock: { ms: 30 * SECOND, maxMs: 12 * HOUR },
      dedupe: { windowMs: 5 * MINUTE, scope: 'entity' },
      deadLetters: 'scan',
      ttl: false,
      batch: { count: 10, bytes: MIB },
      maxMessageBytes: MIB,
      stopSlackMs: 5 * SECOND,
      redeliveryHorizonMs: 14 * DAY,
    },
    form: 'queue',
    dueStepMs: SECOND,
    lanesInBatches: false,
  },
  kafka: {
    capabilities: {
      ...BROKER,
      delay: { maxMs: ANY_LENGTH, steps: 'policy', hop: false, cancel: false }, // one retry topic per delay
      redeliver: 'copy',
      lanes: { kind: 'key', onWait: ['pass'] },
      fanOut: 'log',
      attempts: { kind: 'none', countsReleases: false },
      deadLetters: 'scan',
      replies: 'shared',
      ttl: false,
      maxMessageBytes: 1_000_000,
      stopSlackMs: 5 * SECOND,
      redeliveryHorizonMs: 7 * DAY,
    },
    form: 'log',
    dueStepMs: 1,
    lanesInBatches: true,
  },
  database: {
    capabilities: {
      ...BROKER,
      lock: { ms: 30 * SECOND, maxMs: ANY_LENGTH }, // a lease, renewed and fenced
      ackWithSends: true,
      priority: true,
      maxMessageBytes: MIB,
      stopSlackMs: 2 * SECOND,
    },
    form: 'queue',
    dueStepMs: 1,
    lanesInBatches: false,
  },
};

/** The names of all natures. */
export const MEMORY_NATURES: readonly string[] = Object.keys(COLUMNS);

/** The nature of that name, with the limits that were asked for instead of its own. */
export function natureOf(
  like: MemoryLikeness | 'memory',
  limits: { readonly maxMessageBytes?: number | undefined; readonly maxHeaderBytes?: number | undefined },
): MemoryNature {
  const column = COLUMNS[like];
  const { maxMessageBytes = column.capabilities.maxMessageBytes, maxHeaderBytes = column.capabilities.maxHeaderBytes } = limits;
  return Object.freeze({ like, ...column, capabilities: deepFreeze({ ...column.capabilities, maxMessageBytes, maxHeaderBytes }) });
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
