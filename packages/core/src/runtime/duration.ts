import { ConfigurationError } from '../errors/bus-error.ts';

/** A length of time: milliseconds as a number, or a number and a unit, such as `'250ms'`, `'10s'`, `'5m'`, `'1h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

const PATTERN = /^(\d{1,15}(?:\.\d{1,6})?)(ms|s|m|h|d)$/;

/**
 * A duration in milliseconds.
 * @throws ConfigurationError `OPTION_INVALID` when it is negative, not finite, or no duration at all
 */
export function toMilliseconds(duration: Duration, name: string): number {
  if (typeof duration === 'number') {
    if (Number.isFinite(duration) && duration >= 0) return duration;
  } else {
    const match = PATTERN.exec(duration);
    if (match !== null) return Number(match[1]) * (UNIT_MS.get(match[2] as string) as number);
  }
  throw new ConfigurationError(
    'OPTION_INVALID',
    `\`${name}\` is ${JSON.stringify(String(duration))}, which is no duration. Write milliseconds as a number, or '250ms', '10s', '5m', '1h', '7d'.`,
    { details: { option: name } },
  );
}
