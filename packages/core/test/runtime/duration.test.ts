import { describe, expect, it } from 'vitest';
import type { Duration } from '@waybill/core';
import { toMilliseconds } from '../../src/runtime/duration.ts';

describe('a duration', () => {
  const good: [Duration, number][] = [
    [0, 0],
    [1.5, 1.5],
    [36_525 * 86_400_000, 3_155_760_000_000],
    ['0ms', 0],
    ['250ms', 250],
    ['10s', 10_000],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['36525d', 3_155_760_000_000],
    // all that compiles
    ['5 s', 5_000],
    [' 5s', 5_000],
    ['5\tms', 5],
    ['1e3s', 1_000_000],
    ['.5s', 500],
    ['5.s', 5_000],
    ['0x10s', 16_000],
  ];
  it.each(good)('%s is %d ms', (duration, milliseconds) => {
    expect(toMilliseconds(duration, 'x')).toBe(milliseconds);
  });

  const bad: unknown[] = [
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    3_155_760_000_001,
    '36526d',
    '',
    '5',
    's',
    ' s',
    '-5s',
    '5S',
    '5s ',
    '5 5s',
    '1_000s',
    '5,5s',
    'Infinitys',
    '1e999s',
    '9999999999999999s',
    '1w',
    null,
    undefined,
    true,
    {},
    ['5s'],
    { toString: () => '5s' },
    5n,
  ];
  it.each(bad)('%s is none, and the error names the option', (duration) => {
    expect(() => toMilliseconds(duration as Duration, 'drainTimeout')).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('`drainTimeout`') as string,
        details: { option: 'drainTimeout' },
      }),
    );
  });

  it('of a hostile length is refused at once', () => {
    const text = '1'.repeat(1_000_000);
    expect(() => toMilliseconds(`${text}s` as Duration, 'delay')).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
