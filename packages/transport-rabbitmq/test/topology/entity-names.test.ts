import { describe, expect, it } from 'vitest';
import { entityName, routingWord } from '../../src/topology/entity-names.ts';

describe('names at the broker', () => {
  it('are those that Waybill gives, up to 255 bytes', () => {
    expect(entityName('orders.eu')).toBe('orders.eu');
    expect(entityName('a'.repeat(255))).toBe('a'.repeat(255));
  });

  it('are shortened to 255 bytes beyond that, differently for names that differ only at the end', () => {
    const [one, other] = [`${'a'.repeat(300)}1`, `${'a'.repeat(300)}2`].map((name) => entityName(name));
    expect(one).toMatch(/^a{246}-[0-9a-f]{8}$/);
    expect(other).toMatch(/^a{246}-[0-9a-f]{8}$/);
    expect(one).not.toBe(other);
  });

  it('are one word in a routing key, one for each name', () => {
    expect(routingWord('a.b-c')).toBe('a_b-c');
    expect(routingWord('a-b.c')).toBe('a-b_c');
    expect(routingWord('a'.repeat(200))).toHaveLength(160);
  });
});
