import { describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/runtime/uuid-v7.ts';

describe('a UUID of version 7', () => {
  it('holds the time, the version, the variant, and random bits for the rest', () => {
    const zeros = uuidV7(
      () => 0x0123456789ab,
      (bytes) => bytes.fill(0),
    );
    expect(zeros()).toBe('01234567-89ab-7000-8000-000000000000');
    const ones = uuidV7(
      () => 1,
      (bytes) => bytes.fill(0xff),
    );
    expect(ones()).toBe('00000000-0001-7fff-bfff-ffffffffffff');
  });

  it('uses each random byte for one id only, and asks for more when they are used up', () => {
    let fills = 0;
    let next = 0;
    const id = uuidV7(
      () => 0,
      (bytes) => {
        fills += 1;
        for (let index = 0; index < bytes.length; index += 1) bytes[index] = next++ % 251;
      },
    );
    expect(new Set(Array.from({ length: 1_024 }, () => id().slice(24))).size).toBe(251);
    expect(fills).toBe(1);
    id();
    expect(fills).toBe(2);
  });

  it('sorts by the time of its making, also when the clock has fractions', () => {
    let now = 1_700_000_000_000.9;
    const id = uuidV7(
      () => now,
      (bytes) => bytes.fill(7),
    );
    const ids = Array.from({ length: 100 }, () => {
      now += 1;
      return id();
    });
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(100);
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
});
