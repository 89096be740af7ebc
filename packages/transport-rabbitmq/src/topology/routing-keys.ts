import type { Destination } from '@waybill/core/transport';
import { routingWord } from './entity-names.ts';

/** Partition keys are hashed to so many slots; a slot is in exactly one lane queue. */
export const SLOTS = 64;

/** The word for a message without a partition key. */
const NO_SLOT = '-';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const encoder = new TextEncoder();

/**
 * The slot of a partition key: FNV-1a of its UTF-8, of 32 bits, modulo {@link SLOTS}. On the wire: another hash would put a
 * key into two lanes while services of two versions run.
 */
export function slotOf(partitionKey: string): number {
  let hash = FNV_OFFSET;
  for (const byte of encoder.encode(partitionKey)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return (hash >>> 0) % SLOTS;
}

/**
 * The routing key: `<place>.<slot>`, e.g. `e:orders.s17` or `t:orders_order-submitted.-`. In the delay ladder the digits of
 * the delay follow.
 */
export function routingKey(destination: Exclude<Destination, { kind: 'reply' }>, partitionKey: string | undefined): string {
  return `${placeWord(destination)}.${slotWord(partitionKey)}`;
}

/** The pattern of all that goes to one place. */
export const placePattern = (destination: Exclude<Destination, { kind: 'reply' }>): string => `${placeWord(destination)}.#`;

/** The pattern of all that is in one slot, wherever it goes. */
export const slotPattern = (slot: number): string => `*.s${slot}.#`;

const slotWord = (partitionKey: string | undefined): string => (partitionKey === undefined ? NO_SLOT : `s${slotOf(partitionKey)}`);

function placeWord({ kind, name }: Exclude<Destination, { kind: 'reply' }>): string {
  return `${kind === 'endpoint' ? 'e' : 't'}:${routingWord(name)}`;
}

/** The slot in a routing key of ours, as a word; `undefined` where it has none. */
export function slotWordOf(key: string): string | undefined {
  if (key[1] !== ':') return undefined;
  const word = key.split('.', 2)[1];
  return word === NO_SLOT ? undefined : word;
}

/** The routing key to a place, in the slot of that word. */
export function routingKeyInSlot(destination: Exclude<Destination, { kind: 'reply' }>, word: string | undefined): string {
  return `${placeWord(destination)}.${word ?? NO_SLOT}`;
}
