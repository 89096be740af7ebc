import { describe, expect, it } from 'vitest';
import { sendError } from '../../src/bus/send-error.ts';
import { RouteTable } from '../../src/routing/route-table.ts';
import { HEADERS } from '../../src/messages/headers.ts';
import type { Destination, TransportCapabilities } from '@waybill/core/transport';

interface Known {
  readonly handled?: readonly string[];
  readonly routed?: readonly string[];
  readonly namespace?: string;
}

/** The text of the error for a message to a place that is missing, at a bus that knows these endpoints. */
function unroutable(destination: Destination, known: Known): string {
  return errorFor(destination, known).message;
}

function errorFor(destination: Destination, { handled = [], routed = [], namespace }: Known): Error {
  const routes = new RouteTable({
    routes: new Map(routed.map((name) => [`contract-of-${name}`, name])),
    own: new Map(),
    handled: new Map(handled.map((name) => [name, new Set<string>()])),
    declared: undefined,
    namespace,
  });
  const entry = { destination, headers: new Map([[HEADERS.name, 'orders.submit-order']]), body: new Uint8Array() };
  const unsent = {
    entry,
    capabilities: {} as TransportCapabilities,
    rule: 'to' as const,
    othersThan: (place: string) => routes.othersThan(place),
  };
  return sendError(unsent, { status: 'rejected', code: 'UNROUTABLE', retryable: false });
}

const at = (name: string): Destination => ({ kind: 'endpoint', name });

describe('UNROUTABLE', () => {
  it('names the endpoint that was meant, of those that the bus has or has routes to', () => {
    expect(unroutable(at('order'), { handled: ['billing', 'orders'] })).toContain(
      'It was chosen by `to` at the call. Did you mean "orders"?',
    );
    expect(unroutable(at('shiping'), { handled: ['orders'], routed: ['shipping'] })).toContain('Did you mean "shipping"?');
  });

  it('lists those that it knows where none is near, at most ten', () => {
    expect(unroutable(at('mail'), { handled: ['orders'], routed: ['billing'] })).toContain(' This bus knows billing, orders. Start');
    const many = Array.from({ length: 12 }, (_, index) => `place-${String.fromCharCode(97 + index)}`);
    expect(unroutable(at('mail'), { handled: many })).toMatch(/This bus knows (place-\w, ){9}place-j, and 2 more\./);
    expect(unroutable(at('mail'), {})).toContain('This bus knows no other endpoint.');
  });

  it('does not mean the place itself, which a route names and nobody has made', () => {
    expect(unroutable(at('billing'), { routed: ['billing'], handled: ['orders'] })).toContain('This bus knows orders.');
  });

  it('compares without the namespace, which all have in common', () => {
    expect(unroutable(at('staging.mail'), { handled: ['orders'], namespace: 'staging' })).toContain('This bus knows orders.');
    expect(unroutable(at('staging.order'), { handled: ['orders'], namespace: 'staging' })).toContain('Did you mean "orders"?');
  });

  it('prints no cause where there is none', () => {
    expect('cause' in errorFor(at('mail'), {})).toBe(false);
  });

  it('says nothing of endpoints where a topic is missing', () => {
    expect(unroutable({ kind: 'topic', name: 'orders.submitted' }, { handled: ['orders'] })).not.toMatch(/mean|knows/);
  });
});
