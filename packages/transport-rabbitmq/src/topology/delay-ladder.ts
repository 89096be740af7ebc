import type { PlannedEntity } from '@waybill/core/transport';
import { DUE_EXCHANGE, LOST_DELAYED, SHARED_PREFIX } from './entity-names.ts';
import { bindingEntity, exchangeEntity, queueEntity } from './planned-entities.ts';

/**
 * The delay ladder, shared by all services of a vhost. Level n is a queue in which every message waits 250 ms × 2ⁿ, and then
 * goes on. A message carries its delay as 30 binary digits in the routing key: where its digit is 1 it waits in the level, where
 * it is 0 it passes on to the next lower one, and at the end it is due. All in one queue wait equally long, so that none stands
 * in another's way; the levels are quorum queues that dead-letter at least once, so that nothing is lost on the way.
 */
export const DELAY_LEVELS = 30;

/** The time of the lowest level, in milliseconds. Delays are rounded up to whole multiples: never early, late by less than this. */
export const DELAY_UNIT_MS = 250;

/** The longest delay: about 8.5 years. */
export const MAX_DELAY_MS: number = (2 ** DELAY_LEVELS - 1) * DELAY_UNIT_MS;

/** Where a delayed message enters the ladder. */
export interface DelayRoute {
  readonly exchange: string;
  readonly routingKey: string;
}

/**
 * The way through the ladder for a message with that routing key, or `undefined` when it is due at once. It enters at the
 * highest level in which it waits.
 * @throws RangeError above {@link MAX_DELAY_MS}
 */
export function delayRoute(routingKey: string, delayMs: number): DelayRoute | undefined {
  if (delayMs <= 0) return undefined;
  if (delayMs > MAX_DELAY_MS) throw new RangeError(`A delay of ${delayMs} ms is longer than ${MAX_DELAY_MS} ms.`);
  const digits = Math.ceil(delayMs / DELAY_UNIT_MS).toString(2);
  return {
    exchange: levelName(digits.length - 1),
    routingKey: `${routingKey}.${Array.from(digits.padStart(DELAY_LEVELS, '0')).join('.')}`,
  };
}

/** The exchanges, queues and bindings of the ladder. */
export function delayLadder(): readonly PlannedEntity[] {
  const lost = queueEntity(LOST_DELAYED, { 'x-queue-type': 'quorum', 'x-delivery-limit': 'unlimited' });
  const entities = [
    exchangeEntity(LOST_DELAYED, 'fanout'),
    lost,
    bindingEntity({ source: LOST_DELAYED, queue: LOST_DELAYED, pattern: '#' }),
    exchangeEntity(DUE_EXCHANGE, 'topic', { 'alternate-exchange': LOST_DELAYED }),
    ...Array.from({ length: DELAY_LEVELS }, (_, level) => delayLevel(level)).flat(),
  ];
  return entities.map((one) => ({ ...one, group: 'delay ladder' }));
}

function delayLevel(level: number): readonly PlannedEntity[] {
  const name = levelName(level);
  const next = level === 0 ? DUE_EXCHANGE : levelName(level - 1);
  const before = `*.*.${'*.'.repeat(DELAY_LEVELS - 1 - level)}`;
  return [
    exchangeEntity(name, 'topic'),
    queueEntity(name, {
      'x-queue-type': 'quorum',
      'x-message-ttl': DELAY_UNIT_MS * 2 ** level,
      'x-dead-letter-exchange': next,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    }),
    bindingEntity({ source: name, queue: name, pattern: `${before}1.#` }),
    bindingEntity({ source: name, exchange: next, pattern: `${before}0.#` }),
  ];
}

const levelName = (level: number): string => `${SHARED_PREFIX}.delay.level-${String(level).padStart(2, '0')}`;
