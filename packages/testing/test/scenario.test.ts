import { describe, expect, it } from 'vitest';
import { handler } from '@waybill/core';
import { failed, message, nothingElse, published, replied, scenario, sent } from '@waybill/testing';
import { GetOrder, OrderRefused, OrderSubmitted, ShipOrder, SubmitOrder } from './contracts.ts';

/** A service that knows the orders it was given. */
const orders = scenario(() => {
  const known = new Map<string, number>();
  const submit = handler(SubmitOrder, async ({ orderId, total }, context) => {
    if (total < 0) throw new RangeError('the total is negative');
    if (known.has(orderId)) return context.publish(OrderRefused, { orderId, why: 'known' });
    known.set(orderId, total);
    await context.publish(OrderSubmitted, { orderId });
    await context.send(ShipOrder, { orderId });
  });
  const get = handler(GetOrder, ({ orderId }) => ({ total: known.get(orderId) ?? 0 }));
  return { handlers: [submit, get] };
});

const submitted = message(SubmitOrder, { orderId: '1', total: 12 });

async function problemOf(work: Promise<void>): Promise<string> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error: Error) => error.message,
  );
}

describe('a scenario', () => {
  it('holds: given, when, then', async () => {
    await orders.when(submitted).then([published(OrderSubmitted, { orderId: '1' }), sent(ShipOrder), nothingElse()]);
    await orders
      .given(submitted)
      .when(submitted)
      .then(published(OrderRefused, { why: 'known' }), nothingElse());
    await orders
      .given(submitted)
      .when(message(GetOrder, { orderId: '1' }))
      .then(replied(GetOrder, { total: 12 }), nothingElse());
    await orders.when(message(SubmitOrder, { orderId: '1', total: -1 })).then(failed(), nothingElse());
    expect.assertions(0);
  });

  it('knows errors by class, code, text and pattern', async () => {
    const negative = orders.when(message(SubmitOrder, { orderId: '1', total: -1 }));
    for (const match of [RangeError, 'the total is negative', /negative/]) await negative.then(failed(match));
    expect(await problemOf(negative.then(failed('MESSAGE_INVALID')))).toMatch(
      /^No handler failed with MESSAGE_INVALID\.\n.*RangeError: the total/,
    );
    expect(await problemOf(negative.then(failed(TypeError)))).toMatch(/^No handler failed with TypeError/);
    expect(await problemOf(orders.when(submitted).then(failed()))).toBe('No handler failed.');
  });

  it('fails with everything that does not hold', async () => {
    const problem = await problemOf(
      orders.when(submitted).then([published(OrderSubmitted, { orderId: '2' }), sent(SubmitOrder, { total: 1 }), nothingElse()]),
    );
    expect(problem).toContain("No orders.order-submitted with { orderId: '2' } was published.");
    expect(problem).toContain("orderId is '1', wanted '2'");
    expect(problem).toContain('No orders.submit-order with { total: 1 } was sent.');
    expect(problem).toMatch(/Something else left:\n.*orders\.order-submitted .*, published\n.*shipping\.ship-order .*, sent$/);
  });

  it('wants two messages where two are expected', async () => {
    const problem = await problemOf(orders.when(submitted).then(published(OrderSubmitted), published(OrderSubmitted)));
    expect(problem).toBe('orders.order-submitted was published less often than expected: 1 times.');
  });

  it('fails when a handler fails and nothing expects it, in the past too', async () => {
    const negative = message(SubmitOrder, { orderId: '1', total: -1 });
    expect(await problemOf(orders.when(negative).then(nothingElse()))).toMatch(/^A handler failed, and nothing expects it:\n.*RangeError/);
    expect(await problemOf(orders.given(negative).when(submitted).then([]))).toMatch(/^What was given failed:\n.*RangeError/);
  });

  it('runs, and fails, also where it is only awaited', async () => {
    const negative = orders.when(message(SubmitOrder, { orderId: '1', total: -1 }));
    const awaited = async (): Promise<void> => await (negative as unknown as PromiseLike<void>);
    expect(await problemOf(awaited())).toMatch(/^A handler failed/);
  });
});
