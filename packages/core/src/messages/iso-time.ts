/** The one form of times on the wire: ISO 8601, UTC, milliseconds. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** {@link isoTime} that remembers the last time it wrote: at speed, many messages share a millisecond. */
export function isoTimeWriter(): (epochMs: number) => string {
  let lastMs = Number.NaN;
  let lastText = '';
  return (epochMs) => {
    if (epochMs !== lastMs) {
      lastText = isoTime(epochMs);
      lastMs = epochMs;
    }
    return lastText;
  };
}
