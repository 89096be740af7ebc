import { describe, expect, it } from 'vitest';
import { placePattern, routingKey, slotOf, slotPattern } from '../../src/topology/routing-keys.ts';

describe('routing keys', () => {
  it('hash a partition key to the same slot for ever: these values are on the wire', () => {
    expect(['', 'a', 'customer-1', 'customer-2', 'Größe', '😀'].map(slotOf)).toEqual([5, 44, 23, 42, 58, 8]);
  });

  it('spread keys over all 64 slots', () => {
    const slots = new Set(Array.from({ length: 1_000 }, (_, index) => slotOf(`customer-${index}`)));
    expect(slots.size).toBe(64);
    expect(Math.max(...slots)).toBe(63);
  });

  it('name the place in one word, then the slot', () => {
    expect(routingKey({ kind: 'endpoint', name: 'eu.orders' }, undefined)).toBe('e:eu_orders.-');
    expect(routingKey({ kind: 'topic', name: 'orders.placed' }, 'a')).toBe('t:orders_placed.s44');
    expect(placePattern({ kind: 'endpoint', name: 'eu.orders' })).toBe('e:eu_orders.#');
    expect(slotPattern(44)).toBe('*.s44.#');
  });
});
