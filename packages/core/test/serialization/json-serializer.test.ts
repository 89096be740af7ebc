import { describe, expect, it } from 'vitest';
import { isBusError } from '@waybill/core';
import { jsonSerializer } from '@waybill/core/serialization';

const json = jsonSerializer();
const bytes = (text: string) => new TextEncoder().encode(text);
const roundTrip = (value: unknown) => json.deserialize(json.serialize(value));
const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isBusError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('json serializer', () => {
  it('writes plain messages as plain JSON', () => {
    expect(new TextDecoder().decode(json.serialize({ orderId: '1', lines: [{ n: 2 }] }))).toBe('{"orderId":"1","lines":[{"n":2}]}');
  });

  it('keeps dates, bigints, bytes, maps, sets and odd numbers', () => {
    const message = {
      at: new Date(1_700_000_000_123),
      big: 12345678901234567890n,
      bytes: Uint8Array.from([0, 127, 255]),
      map: new Map<unknown, unknown>([
        ['a', 1n],
        [{ k: 1 }, new Set([new Date(0)])],
      ]),
      odd: [Number.NaN, Number.POSITIVE_INFINITY],
      $date: 'a key of the user',
      $$x: 1,
    };
    expect(roundTrip(message)).toEqual(message);
  });

  it('never takes a foreign body for a tagged one', () => {
    expect(json.deserialize(bytes('{"$date":"2020-01-01"}'))).toEqual({ $date: '2020-01-01' });
  });

  it('refuses __proto__ keys, however they are written, and leaves the prototype alone', () => {
    expect(codeOf(() => json.deserialize(bytes('{"a":{"__proto__":{"isAdmin":true}}}')))).toBe('BODY_NOT_ALLOWED');
    expect(codeOf(() => json.deserialize(bytes(String.raw`{"\u005f_proto__":{"isAdmin":true}}`)))).toBe('BODY_NOT_ALLOWED');
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('takes __proto__ inside a text for what it is', () => {
    expect(json.deserialize(bytes('{"a":"__proto__"}'))).toEqual({ a: '__proto__' });
  });

  it.each([100, 200_000])('refuses %i levels', (levels) => {
    expect(codeOf(() => json.deserialize(bytes('['.repeat(levels) + ']'.repeat(levels))))).toBe('BODY_TOO_DEEP');
  });

  it('reads and writes 64 levels, and refuses to write more', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(roundTrip(nested(64))).toEqual(nested(64));
    expect(codeOf(() => json.serialize(nested(65)))).toBe('MESSAGE_NOT_SERIALIZABLE');
  });

  it('refuses functions, symbols and cycles, naming the path', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(codeOf(() => json.serialize(cycle))).toBe('MESSAGE_NOT_SERIALIZABLE');
    expect(() => json.serialize({ a: { b: () => 1 } })).toThrow('"a.b" is a function');
    expect(() => json.serialize(() => 1)).toThrow('it is a function');
  });

  it('refuses what leaves nothing to write, which would come as null', () => {
    for (const nothing of [undefined, { toJSON: () => undefined }])
      expect(() => json.serialize(nothing)).toThrow('it is undefined. Send `{}` where it has no fields.');
    expect(roundTrip(null)).toBeNull();
  });

  it('refuses a body over its limit and one that is no JSON', () => {
    expect(codeOf(() => jsonSerializer({ maxBodyBytes: 4 }).deserialize(bytes('[1,2]')))).toBe('MESSAGE_TOO_LARGE');
    expect(codeOf(() => json.deserialize(bytes('{"a":')))).toBe('BODY_UNREADABLE');
  });
});
