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

  it('hands out own headers that may be tampered with: neither a copy, nor the source, nor other messages see it', () => {
    const source = MessageHeaders.empty().set('waybill-id', '1').set('x-own', 'a');
    const copy = MessageHeaders.copyOf(source);
    (copy.custom as Map<string, string>).set('x-own', 'b').set('x-more', 'c');
    expect(Array.from(source.custom)).toEqual([['x-own', 'a']]);
    expect(Array.from(MessageHeaders.copyOf(source).custom)).toEqual([['x-own', 'a']]);
    (MessageHeaders.empty().custom as Map<string, string>).set('x-own', 'z');
    expect(MessageHeaders.empty().custom.size).toBe(0);
    expect([MessageHeaders.empty().delete('x-own'), MessageHeaders.empty().delete('waybill-id')]).toEqual([false, false]);
  });

  it('makes an id when it is read, once, from the time of sending; whoever reads it, and copies, get the same', () => {
    const asked: (string | undefined)[] = [];
    const headers = MessageHeaders.empty().set('waybill-sent', 'then');
    headers.begin((sent) => `id-${asked.push(sent)}`);
    expect(headers.fitsInto(10_000)).toBe(true);
    expect(asked).toEqual([]);
    const copy = MessageHeaders.copyOf(headers);
    expect([headers.get('waybill-id'), headers.at(SLOTS.conversation), copy.get('waybill-id'), copy.get('waybill-conversation')]).toEqual(
      Array.from({ length: 4 }, () => 'id-1'),
    );
    expect(asked).toEqual(['then']);
  });

  it('weighs an id that is not made yet as soon as it matters', () => {
    const headers = MessageHeaders.empty();
    headers.begin(() => 'x'.repeat(36));
    const weight = 2 * 36 + 'waybill-id'.length + 'waybill-conversation'.length;
    expect([headers.fitsInto(weight), headers.fitsInto(weight - 1), headers.byteLength()]).toEqual([true, false, weight]);
  });

  it('begins a conversation whose id stays when the id of the message is changed', () => {
    const headers = MessageHeaders.empty();
    headers.begin('first');
    headers.put(SLOTS.id, 'second');
    expect([headers.at(SLOTS.id), headers.at(SLOTS.conversation)]).toEqual(['second', 'first']);
    headers.delete('waybill-conversation');
    expect(Array.from(headers)).toEqual([['waybill-id', 'second']]);
  });

  it.each([
    ['nothing', MessageHeaders.empty()],
    ['a header of its own', MessageHeaders.empty().set('x-own', 'a')],
    ['a known header', MessageHeaders.empty().set('waybill-tenant', 't')],
  ])('takes over what messages have in common, and shares none of its own with them: with %s before', (_, headers) => {
    const common = MessageHeaders.empty().set('waybill-name', 'shop.order').set('waybill-source', 'shop');
    common.seal();
    const before = new Map(headers);
    headers.putCommon(common);
    expect(new Map(headers)).toEqual(new Map([...before, ...common]));
    headers.set('waybill-correlation', 'c').set('waybill-name', 'other');
    expect(Array.from(common)).toEqual([
      ['waybill-name', 'shop.order'],
      ['waybill-source', 'shop'],
    ]);
  });

  it('refuses every write once they are sealed; a copy can be written to', () => {
    const headers = MessageHeaders.empty().set('waybill-id', '1').set('x-own', 'a');
    headers.seal();
    const writes = [
      () => headers.set('x-own', 'b'),
      () => headers.set('waybill-id', '2'),
      () => headers.put(SLOTS.tenant, 't'),
      () => headers.delete('x-own'),
      () => headers.begin('3'),
      () => headers.putCommon(MessageHeaders.empty().set('waybill-name', 'n')),
    ];
    for (const write of writes) expect(write).toThrow(expect.objectContaining({ code: 'HEADER_NOT_ALLOWED' }));
    expect(new Map(MessageHeaders.copyOf(headers).set('x-own', 'b'))).toEqual(
      new Map([
        ['waybill-id', '1'],
        ['x-own', 'b'],
      ]),
    );
    expect(headers.get('x-own')).toBe('a');
  });

  it('is a map like any other, whatever is done to it in whatever order', () => {
    const names = ['waybill-id', 'waybill-tenant', 'traceparent', 'x-a', '__proto__', 'constructor', 'toString', 'WAYBILL-ID', ''];
    let state = 7;
    const pick = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below;
    const oracle = new Map<string, string>();
    const headers = MessageHeaders.empty();
    for (let step = 0; step < 2_000; step += 1) {
      const name = names[pick(names.length)] as string;
      const isRemoval = pick(3) === 0;
      const removed = isRemoval ? [headers.delete(name), oracle.delete(name)] : [true, true];
      expect(removed[0]).toBe(removed[1]);
      if (!isRemoval) {
        headers.set(name, String(step));
        oracle.set(name, String(step));
      }
      if (pick(10) === 0) MessageHeaders.copyOf(headers).set(name, 'elsewhere');
      expect([headers.get(name), headers.has(name), headers.size]).toEqual([oracle.get(name), oracle.has(name), oracle.size]);
    }
    const sorted = (entries: Iterable<readonly [string, string]>): (readonly [string, string])[] =>
      Array.from(entries).toSorted(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(headers)).toEqual(sorted(oracle));
    expect(Array.from(headers.keys())).toEqual(Array.from(headers, ([name]) => name));
    expect(Array.from(headers.values())).toEqual(Array.from(headers, ([, value]) => value));
    const told: [string, string][] = [];
    headers.forEach((value, name, map) => told.push([name, map === headers ? value : 'another map']));
    expect(told).toEqual(Array.from(headers));
    expect(sorted(MessageHeaders.copyOf(new Map(oracle)))).toEqual(sorted(oracle));
    expect(sorted(headers.custom)).toEqual(sorted(Array.from(oracle).filter(([name]) => !/^(waybill-|traceparent)/.test(name))));
  });
});
