import { describe, expect, it } from 'vitest';
import { MessageHeaders } from '@waybill/core/transport';
import { carryTrace, putTrace, traceOf } from '../../src/messages/trace-headers.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const headersOf = (entries: Readonly<Record<string, string>>): MessageHeaders => MessageHeaders.copyOf(new Map(Object.entries(entries)));
const carried = (entries: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const to = headersOf(own);
  carryTrace(headersOf(entries), to);
  expect(Object.fromEntries(traceOf(headersOf(entries))), 'read and carried alike').toEqual(
    Object.keys(own).length > 0 ? expect.anything() : Object.fromEntries(to),
  );
  return Object.fromEntries(to);
};

describe('the trace context of a message', () => {
  it('is taken over where it is well-formed', () => {
    const all = { traceparent: PARENT, tracestate: 'a=1', baggage: 'tenant=acme' };
    expect(carried(all)).toEqual(all);
    expect(carried({ baggage: 'tenant=acme' })).toEqual({ baggage: 'tenant=acme' });
    expect(carried({})).toEqual({});
  });

  it.each([
    '',
    'x',
    `${PARENT}0`,
    PARENT.toUpperCase(),
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    `ff${PARENT.slice(2)}`,
    `${PARENT}\n`,
  ])('is left out where the sender wrote %j', (traceparent) => {
    expect(carried({ traceparent, tracestate: 'a=1' })).toEqual({});
  });

  it('is bounded: what is too long or holds control characters is left out', () => {
    expect(carried({ traceparent: PARENT, tracestate: 'a'.repeat(513), baggage: 'b'.repeat(8_193) })).toEqual({ traceparent: PARENT });
    expect(carried({ traceparent: PARENT, tracestate: 'a=\u001b[31m', baggage: 'b\r\n' })).toEqual({ traceparent: PARENT });
  });

  it('does not take the place of what the message has, and is never made of two', () => {
    const own = { traceparent: PARENT.replace('0af', '1bf') };
    expect(carried({ traceparent: PARENT, tracestate: 'a=1' }, own)).toEqual(own);
  });

  it('is written by a tracer, and nothing else is', () => {
    const headers = headersOf({});
    for (const [name, value] of [
      ['traceparent', PARENT],
      ['waybill-id', 'x'],
      ['b3', 'y'],
      ['baggage', 'a\n'],
      ['tracestate', 1 as never],
    ] as const)
      putTrace(headers, name, value);
    expect(Object.fromEntries(headers)).toEqual({ traceparent: PARENT });
  });
});
