import { createHash } from 'node:crypto';

/** The longest name of a queue, an exchange or a routing key, in bytes; names are ASCII. */
export const MAX_NAME_BYTES = 255;

/** A part of a routing key that names a place is shorter, so that the key has room for the rest. */
const MAX_WORD_BYTES = 160;

/** What all services of a vhost share is named with this in front. */
export const SHARED_PREFIX = 'waybill';

/** The exchange for commands with a partition key: it brings them to the slot, where the endpoint has some. */
export const ROUTE_EXCHANGE: string = `${SHARED_PREFIX}.route`;
/** The exchange for what was delayed and is due. */
export const DUE_EXCHANGE: string = `${SHARED_PREFIX}.delay.due`;
/** Exchange and queue for what was delayed and has no place any more when it is due. */
export const LOST_DELAYED: string = `${SHARED_PREFIX}.delay.lost`;

/** The name at the broker: as it is, or its beginning, a hyphen and 8 hexadecimal digits of its SHA-256. */
export function entityName(name: string, maxBytes: number = MAX_NAME_BYTES): string {
  if (name.length <= maxBytes) return name;
  return `${name.slice(0, maxBytes - 9)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** The exchange that spreads the keys of an ordered endpoint over its lane queues. */
export const lanesExchange = (endpoint: string): string => entityName(`${endpoint}.lanes`);

/**
 * The exchange for what comes to an ordered endpoint without a slot. Its name says how many lane queues there are: declaring
 * another number is refused by the broker, instead of binding each slot twice.
 */
export const noLaneExchange = (endpoint: string, laneQueues: number): string => entityName(`${endpoint}.no-lane-of-${laneQueues}`);

/** One of the lane queues of an ordered endpoint, from 0. */
export const laneQueue = (endpoint: string, index: number): string => entityName(`${endpoint}.lane-${index}`);

/** The name as one word of a routing key: dots separate words there, and an underscore is in no name. */
export const routingWord = (name: string): string => entityName(name.replaceAll('.', '_'), MAX_WORD_BYTES);
