import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';

/** A length of time: milliseconds as a number, or a number and a unit, such as `'250ms'`, `'10s'` or `'10 s'`, `'5m'`, `'1h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** A hundred years: more, and times no longer fit on the wire. */
const MAX_MS = 36_525 * 86_400_000;

const UNIT = /(?:ms|s|m|h|d)$/;

/**
 * A duration in milliseconds.
 * @throws ConfigurationError `OPTION_INVALID` when it is negative, longer than 100 years, or no duration at all
 */
export function toMilliseconds(duration: Duration, name: string): number {
  const milliseconds = typeof duration === 'number' ? duration : parse(duration);
  if (milliseconds >= 0 && milliseconds <= MAX_MS) return milliseconds;
  throw new ConfigurationError(
    'OPTION_INVALID',
    `\`${name}\` is ${nameValue(duration)}, which is no duration from 0 to 100 years. Write milliseconds as a number, or '250ms', '10s', '5m', '1h', '7d'.`,
    { details: { option: name } },
  );
}

/**
 * A duration of more than nothing, in milliseconds.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function toPositiveMilliseconds(duration: Duration, name: string): number {
  const milliseconds = toMilliseconds(duration, name);
  if (milliseconds > 0) return milliseconds;
  throw new ConfigurationError('OPTION_INVALID', `\`${name}\` is ${nameValue(duration)}. Use a duration of more than nothing.`, {
    details: { option: name },
  });
}

/** The milliseconds of a text; NaN when it is none. Its number is all that `${number}` lets through, so that what compiles is read. */
function parse(text: unknown): number {
  const unit = typeof text === 'string' ? UNIT.exec(text) : null;
  if (unit === null) return Number.NaN;
  const number = unit.input.slice(0, unit.index);
  return number.trim() === '' ? Number.NaN : Number(number) * (UNIT_MS.get(unit[0]) as number);
}
