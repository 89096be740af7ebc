import { describe, expect, it } from 'vitest';
import { MessageHeaders, SLOTS } from '@waybill/core/transport';

describe('MessageHeaders', () => {
  it('keeps what is written to a copy from the source, and from other copies', () => {
    const source = MessageHeaders.empty().set('waybill-id', '1').set('x-own', 'a');
    const [first, second] = [MessageHeaders.copyOf(source), MessageHeaders.copyOf(source)];
    first.put(SLOTS.id, '2');
    first.set('x-own', 'b');
    second.delete('x-own');
    expect(Array.from(source)).toEqual([
      ['waybill-id', '1'],
      ['x-own', 'a'],
    ]);
    expect([first.get('waybill-id'), first.get('x-own')]).toEqual(['2', 'b']);
    expect([second.get('waybill-id'), second.get('x-own')]).toEqual(['1', undefined]);
  });

  it('keeps what is written to the source from the copies', () => {
    const source = MessageHeaders.empty().set('waybill-id', '1').set('x-own', 'a');
    const copy = MessageHeaders.copyOf(source);
    source.set('x-own', 'b').put(SLOTS.id, '2');
    expect([copy.get('waybill-id'), copy.get('x-own')]).toEqual(['1', 'a']);
    expect([source.get('waybill-id'), source.get('x-own')]).toEqual(['2', 'b']);
  });

  it.each([
    ['ascii', 'a'.repeat(100)],
    ['two bytes a unit', 'ß'.repeat(100)],
    ['three bytes a unit', '—'.repeat(100)],
    ['pairs of surrogates', '🚚'.repeat(50)],
  ])('fits into exactly its weight on the wire: %s', (_, value) => {
    const headers = MessageHeaders.empty().set('waybill-id', value).set('x-own', value);
    const weight = new TextEncoder().encode(`waybill-id${value}x-own${value}`).byteLength;
    expect(headers.byteLength()).toBe(weight);
    expect([headers.fitsInto(weight), headers.fitsInto(weight - 1)]).toEqual([true, false]);
  });
});
