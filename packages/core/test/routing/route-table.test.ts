import { describe, expect, it } from 'vitest';
import { defineCommand, defineEvent, defineQuery, route } from '@waybill/core';
import { conventionalEndpoint, entityName, RouteTable } from '../../src/routing/route-table.ts';

const Submit = defineCommand<object>('orders.submit');
const Placed = defineCommand<object>('orders.placed-here', { endpoint: 'elsewhere' });
const Get = defineQuery<object, object>('orders.views.get');
const Submitted = defineEvent<object>('orders.submitted');

const table = (routes: Record<string, string> = {}, own: Record<string, string> = {}, namespace?: string): RouteTable =>
  new RouteTable({
    routes: new Map(Object.entries(routes)),
    own: new Map(Object.entries(own)),
    handled: new Map(),
    declared: undefined,
    namespace,
  });

describe('a message goes, strongest reason first,', () => {
  const routes = { 'orders.placed-here': 'routed' };
  const own = { 'orders.placed-here': 'mine' };

  it('to `to` of the call', () => {
    expect(table(routes, own).destinationOf(Placed, 'called')).toEqual({ kind: 'endpoint', name: 'called' });
    expect(table(routes, own).ruleFor(Placed, 'called')).toBe('to');
  });

  it('to the endpoint of its route', () => {
    expect(table(routes, own).destinationOf(Placed, undefined)).toEqual({ kind: 'endpoint', name: 'routed' });
    expect(table(routes, own).ruleFor(Placed, undefined)).toBe('route');
  });

  it('to the endpoint of this bus that handles it', () => {
    expect(table({}, own).destinationOf(Placed, undefined)).toEqual({ kind: 'endpoint', name: 'mine' });
    expect(table({}, own).ruleFor(Placed, undefined)).toBe('own-endpoint');
  });

  it('to the endpoint that its contract names', () => {
    expect(table().destinationOf(Placed, undefined)).toEqual({ kind: 'endpoint', name: 'elsewhere' });
    expect(table().ruleFor(Placed, undefined)).toBe('contract');
  });

  it('to its name up to the last dot', () => {
    expect(table().destinationOf(Submit, undefined)).toEqual({ kind: 'endpoint', name: 'orders' });
    expect(table().destinationOf(Get, undefined)).toEqual({ kind: 'endpoint', name: 'orders.views' });
    expect(table().ruleFor(Get, undefined)).toBe('name');
  });

  it('and an event always to the topic of its own name', () => {
    expect(table({ 'orders.submitted': 'x' }, { 'orders.submitted': 'y' }).destinationOf(Submitted, undefined)).toEqual({
      kind: 'topic',
      name: 'orders.submitted',
    });
    expect(table({ 'orders.submitted': 'x' }).ruleFor(Submitted, undefined)).toBe('topic');
  });
});

describe('the route table', () => {
  it('puts the namespace in front of every place', () => {
    const staged = table({}, {}, 'staging');
    expect(staged.destinationOf(Submit, undefined)).toEqual({ kind: 'endpoint', name: 'staging.orders' });
    expect(staged.destinationOf(Submitted, undefined)).toEqual({ kind: 'topic', name: 'staging.orders.submitted' });
    expect(staged.destinationOf(Submit, 'called')).toEqual({ kind: 'endpoint', name: 'staging.called' });
    expect(entityName(undefined, 'orders')).toBe('orders');
  });

  it('answers again with the same value, and tells contracts of one name apart', () => {
    const routes = table();
    expect(routes.destinationOf(Submit, undefined)).toBe(routes.destinationOf(Submit, undefined));
    const event = defineEvent<object>('orders.submit');
    expect(routes.destinationOf(event, undefined)).toEqual({ kind: 'topic', name: 'orders.submit' });
    const other = defineCommand<object>('orders.submit', { endpoint: 'other' });
    expect(routes.destinationOf(other, undefined)).toEqual({ kind: 'endpoint', name: 'other' });
    expect(routes.destinationOf(Submit, undefined)).toEqual({ kind: 'endpoint', name: 'orders' });
  });

  it('is made of routes that name endpoints', () => {
    expect(route(Submit, 'orders')).toEqual({ contract: Submit, endpoint: 'orders' });
    expect(() => route(Submit, 'Orders')).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
    expect(conventionalEndpoint(Placed)).toBe('elsewhere');
  });
});
