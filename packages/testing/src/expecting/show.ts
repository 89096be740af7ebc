import { inspect } from 'node:util';

/** A value in one short line. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${firstLine(value.message)}`;
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 80, maxArrayLength: 10 });
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

const LONGEST = 240;

const firstLine = (text: string): string => text.split('\n', 1)[0] as string;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time as `advance` takes it: the largest unit that it is a whole number of. */
export function showDuration(milliseconds: number): string {
  const unit = milliseconds === 0 ? undefined : UNITS.find(([, ms]) => milliseconds % ms === 0);
  return unit === undefined ? `${Math.ceil(milliseconds)}ms` : `${milliseconds / unit[1]}${unit[0]}`;
}
