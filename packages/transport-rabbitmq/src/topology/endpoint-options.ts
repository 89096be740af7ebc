import type { Duration, EndpointTransportOptions } from '@waybill/core/transport';
import { ConfigurationError, assertOptions, nameValue, toMilliseconds } from '@waybill/core/transport';
import { SLOTS } from './routing-keys.ts';

/** `quorum`: replicated, counts deliveries. `classic`: on one node, faster, knows only that a message came before; has priorities. */
export type QueueType = 'classic' | 'quorum';

/** Options of `rabbitmq.endpoint`. They are arguments of the queue: the broker refuses to change them, so delete it first, or give the endpoint another name. */
export interface RabbitmqEndpointOptions {
  /** The type of the queue. @default that of the transport */
  readonly queue?: QueueType;
  /** How many priorities the queue knows beside 0, 1 to 9; each costs memory. Classic queues only: quorum queues know two by themselves, from 4.0 on. @default none */
  readonly maxPriority?: number;
  /** What waits longer goes to the dead letters. @default no limit */
  readonly timeToLive?: Duration;
  /** The most messages that wait; what is sent beyond is rejected, and nothing is dropped. @default no limit */
  readonly maxLength?: number;
  /** The most bytes that wait, as `maxLength`. @default no limit */
  readonly maxLengthBytes?: number;
  /**
   * Over so many queues the keys of an `ordered` endpoint are spread; each is read by one process at a time, and so it is the most
   * processes that work at once. 1 to 64. @default 8
   */
  readonly laneQueues?: number;
  /** After this time without a process the queue of a temporary endpoint is removed. @default '5m' */
  readonly expiresAfter?: Duration;
}

/** What `rabbitmq.endpoint` has made: for `endpoint(name, { transport })`. */
export interface RabbitmqEndpoint extends EndpointTransportOptions<'rabbitmq'>, RabbitmqEndpointOptions {}

/** Options of an endpoint, checked, with defaults filled in; times in milliseconds. */
export interface ResolvedEndpointOptions {
  readonly queue: QueueType;
  readonly maxPriority: number | undefined;
  readonly timeToLiveMs: number | undefined;
  readonly maxLength: number | undefined;
  readonly maxLengthBytes: number | undefined;
  readonly laneQueues: number;
  readonly expiresAfterMs: number;
}

const NAMES: Readonly<Record<keyof RabbitmqEndpointOptions, true>> = {
  queue: true,
  maxPriority: true,
  timeToLive: true,
  maxLength: true,
  maxLengthBytes: true,
  laneQueues: true,
  expiresAfter: true,
};

const DEFAULT_LANE_QUEUES = 8;
const DEFAULT_EXPIRES_AFTER = '5m';
const MAX_PRIORITY = 9;
/** The most that an argument of a queue may be: a signed integer of 64 bits, which a number holds exactly up to here. */
const ANY = Number.MAX_SAFE_INTEGER;

/**
 * Options of one endpoint on RabbitMQ.
 *
 * ```ts no-check
 * endpoint('orders', { handlers, transport: rabbitmq.endpoint({ queue: 'classic', maxPriority: 5 }) });
 * ```
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function rabbitmqEndpoint(options: RabbitmqEndpointOptions): RabbitmqEndpoint {
  assertOptions('`rabbitmq.endpoint`', options, Object.keys(NAMES));
  resolveEndpointOptions(options, 'quorum');
  if (options.maxPriority !== undefined && options.queue !== 'classic') throw noPriorities();
  return Object.freeze({ ...options, transport: 'rabbitmq' });
}

/**
 * Checks, and fills in the defaults.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function resolveEndpointOptions(options: RabbitmqEndpointOptions, defaultQueue: QueueType): ResolvedEndpointOptions {
  const { queue = defaultQueue } = options;
  if (queue !== 'classic' && queue !== 'quorum') throw invalid('queue', queue, "'classic' or 'quorum'");
  const { maxPriority, maxLength, maxLengthBytes, laneQueues = DEFAULT_LANE_QUEUES } = options;
  return {
    queue,
    maxPriority: wholeNumber('maxPriority', maxPriority, MAX_PRIORITY),
    timeToLiveMs: options.timeToLive === undefined ? undefined : wholeMs('timeToLive', options.timeToLive),
    maxLength: wholeNumber('maxLength', maxLength, ANY),
    maxLengthBytes: wholeNumber('maxLengthBytes', maxLengthBytes, ANY),
    laneQueues: wholeNumber('laneQueues', laneQueues, SLOTS) as number,
    expiresAfterMs: wholeMs('expiresAfter', options.expiresAfter ?? DEFAULT_EXPIRES_AFTER),
  };
}

function wholeMs(name: string, duration: Duration): number {
  const milliseconds = Math.ceil(toMilliseconds(duration, name));
  if (milliseconds === 0) throw invalid(name, duration, 'a duration of more than nothing');
  return milliseconds;
}

function wholeNumber(name: string, value: number | undefined, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= 1 && value <= most)) return value;
  throw invalid(name, value, `a whole number from 1 to ${most}`);
}

function noPriorities(): ConfigurationError {
  return new ConfigurationError(
    'OPTION_INVALID',
    "`maxPriority` of `rabbitmq.endpoint` is for classic queues: quorum queues know two priorities by themselves, from RabbitMQ 4.0 on. Write `queue: 'classic'`, or drop it.",
    { details: { option: 'maxPriority' } },
  );
}

function invalid(option: string, value: unknown, wanted: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', `\`${option}\` of \`rabbitmq.endpoint\` is ${nameValue(value)}. Use ${wanted}.`, {
    details: { option },
  });
}
