import { afterAll, describe, expect, it } from 'vitest';
import type { HandlerLike } from '@waybill/core';
import { createBus, createMediator } from '@waybill/core';
import { memory } from '@waybill/transport-memory';
import { join } from 'node:path';
import { compileStandard } from '../support/compile-standard.ts';
import { orderHandlers } from './samples/decorated-handlers.ts';
import { classHandlers, functionHandlers } from './samples/listed-handlers.ts';
import type { OrderBook } from './samples/order-contracts.ts';
import { GetOrder, SubmitOrder } from './samples/order-contracts.ts';

type MakeHandlers = (book: OrderBook) => readonly HandlerLike[];

const standard = compileStandard(join(import.meta.dirname, 'samples'));
afterAll(() => standard.remove());
const compiled = await standard.import<{ orderHandlers: MakeHandlers }>('decorated-handlers');

const STYLES: readonly [string, MakeHandlers][] = [
  ['classes with legacy decorators', orderHandlers],
  ['classes with standard decorators', compiled.orderHandlers],
  ['classes without a decorator', classHandlers],
  ['functions', functionHandlers],
];

/** A book that says when it has seen so many calls. */
function bookOf(calls: number): OrderBook & { readonly done: Promise<void> } {
  let resolve = (): void => undefined;
  const done = new Promise<void>((resolved) => (resolve = resolved));
  const book: OrderBook = { totals: new Map(), calls: [], onCall: () => (book.calls.length === calls ? resolve() : undefined) };
  return Object.assign(book, { done });
}

it('the standard build is another one', () => {
  expect(compiled.orderHandlers).not.toBe(orderHandlers);
  expect(compiled.orderHandlers.toString()).toContain('__esDecorate');
});

describe.each(STYLES)('%s', (_, makeHandlers) => {
  it('handle commands, events and queries of a bus, on a new instance for each message', async () => {
    const book = bookOf(4);
    await using bus = createBus({ transport: memory(), handlers: makeHandlers(book) });
    await bus.start();
    await bus.send(SubmitOrder, { orderId: 'a', total: 1 });
    await bus.send(SubmitOrder, { orderId: 'b', total: 2 });
    await book.done;
    expect(await bus.request(GetOrder, { orderId: 'b' })).toEqual({ found: true, total: 2 });
    expect(book.calls.map(({ handler, orderId }) => `${handler} ${orderId}`).toSorted()).toEqual([
      'submit a',
      'submit b',
      'submitted a',
      'submitted b',
    ]);
    expect(new Set(book.calls.map(({ instance }) => instance)).size).toBe(4);
    expect(book.totals).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
  });

  it('handle commands, events and queries of a mediator, on a new instance for each message', async () => {
    const book = bookOf(4);
    await using mediator = createMediator({ handlers: makeHandlers(book) });
    await mediator.send(SubmitOrder, { orderId: 'a', total: 1 });
    await mediator.send(SubmitOrder, { orderId: 'b', total: 2 });
    expect(book.calls.map(({ handler, orderId }) => `${handler} ${orderId}`)).toEqual([
      'submitted a',
      'submit a',
      'submitted b',
      'submit b',
    ]);
    expect(new Set(book.calls.map(({ instance }) => instance)).size).toBe(4);
    expect(await mediator.request(GetOrder, { orderId: 'b' })).toEqual({ found: true, total: 2 });
    expect(await mediator.request(GetOrder, { orderId: 'c' })).toEqual({ found: false });
  });
});
