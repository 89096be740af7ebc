import { expectTypeOf, test } from 'vitest';
import type { BoundHandler, Bus, Command, ConsumeContext, OneOf, StandardSchema } from '@waybill/core';
import { defineCommand, defineEvent, defineQuery, handler, typed } from '@waybill/core';

interface OrderView {
  readonly total: number;
}
const GetOrder = defineQuery<{ orderId: string }, OrderView>('orders.get-order');
const Reserve: Command<{ orderId: string }, { readonly until: string }> = defineCommand<{ orderId: string }, { readonly until: string }>(
  'orders.reserve',
  { reply: true },
);
const Ship = defineCommand<{ orderId: string }>('orders.ship');
const Shipped = defineEvent<{ orderId: string }>('orders.shipped');
const Outcome = defineQuery<{ orderId: string }, { found: true; order: OrderView } | { found: false }>('orders.outcome');
const Named = defineQuery('orders.named', {
  schema: typed<{ orderId: string }>(),
  replies: { found: typed<OrderView>(), missing: typed<{ readonly reason: string }>() },
});
declare const dated: StandardSchema<string, Date>;
const When = defineQuery('orders.when', { schema: typed<{ orderId: string }>(), reply: dated });
declare const bus: Bus;
declare const context: ConsumeContext;

test('a request is typed without a cast', async () => {
  expectTypeOf(await bus.request(GetOrder, { orderId: '1' })).toEqualTypeOf<OrderView>();
  expectTypeOf(await context.request(GetOrder, { orderId: '1' }, { timeout: '5s', to: 'other' })).toEqualTypeOf<OrderView>();
  expectTypeOf(await bus.request(Reserve, { orderId: '1' })).toEqualTypeOf<{ readonly until: string }>();
  expectTypeOf(await bus.request(When, { orderId: '1' })).toEqualTypeOf<Date>();
  // @ts-expect-error a command without a reply
  await bus.request(Ship, { orderId: '1' });
  // @ts-expect-error an event
  await bus.request(Shipped, { orderId: '1' });
  // @ts-expect-error a wrong payload
  await bus.request(GetOrder, { orderId: 1 });
  // @ts-expect-error a request is not delayed
  await bus.request(GetOrder, { orderId: '1' }, { delay: '5s' });
});

test('several outcomes are told apart', async () => {
  const outcome = await bus.request(Outcome, { orderId: '1' });
  if (outcome.found) expectTypeOf(outcome.order).toEqualTypeOf<OrderView>();
  const named = await bus.request(Named, { orderId: '1' });
  expectTypeOf(named).toEqualTypeOf<OneOf<{ readonly found: OrderView; readonly missing: { readonly reason: string } }>>();
  switch (named.kind) {
    case 'found':
      expectTypeOf(named.message).toEqualTypeOf<OrderView>();
      break;
    case 'missing':
      expectTypeOf(named.message).toEqualTypeOf<{ readonly reason: string }>();
      break;
    default:
      named satisfies never;
  }
});

test('a handler returns the reply, or what context.reply gives', () => {
  expectTypeOf(handler(GetOrder, () => ({ total: 1 }))).toEqualTypeOf<BoundHandler<typeof GetOrder>>();
  handler(GetOrder, async () => ({ total: 1 }));
  handler(GetOrder, (_, ctx) => ctx.reply({ total: 1 }));
  handler(GetOrder, async (_, ctx) => {
    const replied = await ctx.reply({ total: 1 });
    return replied;
  });
  handler(Outcome, ({ orderId }) => (orderId === '1' ? { found: true, order: { total: 1 } } : { found: false }));
  handler(Named, () => ({ kind: 'found', message: { total: 1 } }));
  handler(Named, (_, ctx) => ctx.reply('missing', { reason: 'never there' }));
  handler(When, () => '2026-01-01');
  // @ts-expect-error a reply is the input of its schema
  handler(When, () => new Date());
  // @ts-expect-error neither returned nor replied
  handler(GetOrder, () => undefined);
  // @ts-expect-error replied, but what it gave is not returned
  handler(GetOrder, async (_, ctx) => {
    await ctx.reply({ total: 1 });
  });
  // @ts-expect-error a wrong reply
  handler(GetOrder, (_, ctx) => ctx.reply({ total: '1' }));
  // @ts-expect-error the message of another kind
  handler(Named, (_, ctx) => ctx.reply('missing', { total: 1 }));
  // @ts-expect-error a kind that is not named
  handler(Named, (_, ctx) => ctx.reply('lost', { reason: 'x' }));
  // @ts-expect-error the contract has no reply
  handler(Ship, (_, ctx) => ctx.reply({ total: 1 }));
  // @ts-expect-error a context that is not of a handler with a reply
  void context.reply({ total: 1 });
});
