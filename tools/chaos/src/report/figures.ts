/** 12345 → 12,345. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Milliseconds for people: 8 ms, 1.25 s. */
export function timeText(ms: number): string {
  if (Number.isNaN(ms)) return '–';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}
