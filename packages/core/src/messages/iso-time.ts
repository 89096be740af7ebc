/** The one form of times on the wire: ISO 8601, UTC, milliseconds. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Reads a time of the wire as epoch milliseconds, `NaN` where it is none; remembers the last that it read. */
export function isoTimeReader(): (text: string) => number {
  let lastText = '';
  let lastMs = Number.NaN;
  return (text) => {
    if (text !== lastText) {
      lastMs = Date.parse(text);
      lastText = text;
    }
    return lastMs;
  };
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
