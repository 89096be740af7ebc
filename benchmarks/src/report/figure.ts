import type { Unit } from '../row.ts';

/** A figure with its unit, as people read it. */
export function figureText(value: number, unit: Unit): string {
  if (unit === 'msg/s') return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${(value / 1e3).toFixed(1)} k/s`;
  if (unit === 'ns/msg') return `${Math.round(value)} ns`;
  return unit === 'ms' ? `${value.toFixed(value < 10 ? 2 : 1)} ms` : `${Math.round(value)} B`;
}

/** A ratio. */
export function timesText(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(2)} ×`;
}

/** More or less, with its sign. */
export function signed(value: number, text: (absolute: number) => string): string {
  return `${value < 0 ? '−' : '+'}${text(Math.abs(value))}`;
}
