import { HEADERS } from './headers.ts';
import type { MessageHeaders } from './message-headers.ts';
import { SLOTS } from './message-headers.ts';
import { holdsUnsafeCharacters } from './unsafe-characters.ts';

/** The most characters of each that are taken over from the wire: what W3C asks everybody to carry. */
const MAX_TRACESTATE = 512;
const MAX_BAGGAGE = 8_192;

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Copies the trace context of one message to another. What the other has of it stays; what is not well-formed is left out. */
export function carryTrace(from: MessageHeaders, to: MessageHeaders): void {
  const traceparent = from.at(SLOTS.traceparent);
  const baggage = from.at(SLOTS.baggage);
  if (baggage !== undefined && to.at(SLOTS.baggage) === undefined && fits(baggage, MAX_BAGGAGE)) to.put(SLOTS.baggage, baggage);
  if (traceparent === undefined || to.at(SLOTS.traceparent) !== undefined || !TRACEPARENT.test(traceparent)) return;
  const tracestate = from.at(SLOTS.tracestate);
  to.put(SLOTS.traceparent, traceparent);
  to.put(SLOTS.tracestate, tracestate !== undefined && fits(tracestate, MAX_TRACESTATE) ? tracestate : undefined);
}

/** The trace context of a message that came, as far as it is well-formed. It is untrusted all the same. */
export function traceOf(headers: MessageHeaders): ReadonlyMap<string, string> {
  const trace = new Map<string, string>();
  const traceparent = headers.at(SLOTS.traceparent);
  const tracestate = headers.at(SLOTS.tracestate);
  const baggage = headers.at(SLOTS.baggage);
  if (baggage !== undefined && fits(baggage, MAX_BAGGAGE)) trace.set(HEADERS.baggage, baggage);
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return trace;
  trace.set(HEADERS.traceparent, traceparent);
  if (tracestate !== undefined && fits(tracestate, MAX_TRACESTATE)) trace.set(HEADERS.tracestate, tracestate);
  return trace;
}

/** Writes a header of the trace context; others are left out. */
export function putTrace(headers: MessageHeaders, name: string, value: string): void {
  const slot = TRACE_SLOTS.get(name);
  if (slot !== undefined && typeof value === 'string' && fits(value, MAX_BAGGAGE)) headers.put(slot, value);
}

const TRACE_SLOTS: ReadonlyMap<string, number> = new Map([
  [HEADERS.traceparent, SLOTS.traceparent],
  [HEADERS.tracestate, SLOTS.tracestate],
  [HEADERS.baggage, SLOTS.baggage],
]);

const fits = (value: string, most: number): boolean => value.length <= most && !holdsUnsafeCharacters(value);
