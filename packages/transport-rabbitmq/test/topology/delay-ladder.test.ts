import type { PlannedEntity } from '@waybill/core/transport';
import { describe, expect, it } from 'vitest';
import { DELAY_UNIT_MS, MAX_DELAY_MS, delayLadder, delayRoute } from '../../src/topology/delay-ladder.ts';
import { DUE_EXCHANGE } from '../../src/topology/entity-names.ts';

const LADDER = delayLadder();
const KEY = 'e:orders.s17';

describe('the delay ladder', () => {
  it('lets a message wait as long as it was told to, rounded up to a quarter of a second', () => {
    const delays = [1, 249, 250, 251, 1_000, 1_001, 10_000, 3_600_000, 86_400_123, MAX_DELAY_MS];
    for (const delayMs of delays) {
      const { waitedMs, end } = walk(delayMs);
      expect(end).toBe(DUE_EXCHANGE);
      expect(waitedMs).toBeGreaterThanOrEqual(delayMs);
      expect(waitedMs - delayMs).toBeLessThan(DELAY_UNIT_MS);
    }
  });

  it('reaches 8.5 years and refuses more', () => {
    expect(MAX_DELAY_MS / (365.25 * 86_400_000)).toBeGreaterThan(8.5);
    expect(() => delayRoute(KEY, MAX_DELAY_MS + 1)).toThrow(RangeError);
  });

  it('lets what is due at once not in', () => {
    expect(delayRoute(KEY, 0)).toBeUndefined();
    expect(delayRoute(KEY, -5)).toBeUndefined();
  });

  it('says the place first in the routing key, then the digits, and fits into 255 bytes', () => {
    const route = delayRoute(KEY, 10_000);
    expect(route?.exchange).toBe('waybill.delay.level-05');
    expect(route?.routingKey).toBe(`${KEY}.${'0.'.repeat(24)}1.0.1.0.0.0`);
    expect(`t:${'x'.repeat(160)}.s63${route?.routingKey.slice(KEY.length)}`.length).toBeLessThanOrEqual(255);
  });

  it('keeps what is delayed in queues that hand it on at least once', () => {
    const levels = LADDER.filter(({ kind, name }) => kind === 'queue' && name.includes('level'));
    for (const { settings } of levels) {
      expect(settings['x-queue-type']).toBe('quorum');
      expect(settings['x-dead-letter-strategy']).toBe('at-least-once');
      expect(settings['x-overflow']).toBe('reject-publish');
    }
  });
});

/** The way of a message through the planned exchanges and queues, as the broker would route it. */
function walk(delayMs: number): { readonly waitedMs: number; readonly end: string } {
  const route = delayRoute(KEY, delayMs);
  if (route === undefined) throw new Error('it is due at once');
  let exchange = route.exchange;
  let waitedMs = 0;
  while (exchange !== DUE_EXCHANGE) {
    const bound = LADDER.filter(({ kind, settings }) => kind === 'binding' && settings['source'] === exchange);
    const matching = bound.filter(({ settings }) => matches(String(settings['pattern']), route.routingKey));
    expect(matching, `${route.routingKey} at ${exchange}`).toHaveLength(1);
    const { destination, destinationKind } = (matching[0] as PlannedEntity).settings;
    const queue = LADDER.find(({ kind, name }) => kind === 'queue' && destinationKind === 'queue' && name === destination);
    waitedMs += Number(queue?.settings['x-message-ttl'] ?? 0);
    exchange = String(queue === undefined ? destination : queue.settings['x-dead-letter-exchange']);
  }
  return { waitedMs, end: exchange };
}

/** Patterns of topic exchanges: `*` is a word, `#` at the end is any number of words. */
function matches(pattern: string, key: string): boolean {
  const words = key.split('.');
  const wanted = pattern.split('.');
  const isOpen = wanted.at(-1) === '#';
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (isOpen ? words.length < fixed.length : words.length !== fixed.length) return false;
  return fixed.every((word, index) => word === '*' || word === words[index]);
}
