import type { MessageHeaders } from '@waybill/core/transport';
import { utf8Length } from '@waybill/core/transport';

/** The client writes 64 KiB of headers at most; what the broker lets others send can be longer. */
const MOST_BYTES = 64_000;
/** What a header needs beside its name and its value. */
const FRAME_BYTES = 6;

/** Takes out the longest headers, but for those to be kept, until the client can write the rest. The names of those taken out. */
export function fitHeaders(headers: MessageHeaders, kept: ReadonlyMap<string, string>): readonly string[] {
  let bytes = 0;
  for (const [name, value] of headers) bytes += weightOf(name, value);
  const longestFirst = (): (readonly [string, string])[] =>
    Array.from(headers)
      .filter(([name]) => !kept.has(name))
      .toSorted((a, b) => weightOf(...b) - weightOf(...a));
  const removed: string[] = [];
  for (const [name, value] of bytes > MOST_BYTES ? longestFirst() : []) {
    if (bytes <= MOST_BYTES) break;
    headers.delete(name);
    removed.push(name);
    bytes -= weightOf(name, value);
  }
  return removed;
}

const weightOf = (name: string, value: string): number => utf8Length(name) + utf8Length(value) + FRAME_BYTES;
