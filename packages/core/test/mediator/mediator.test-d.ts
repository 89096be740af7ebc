// Compiled twice: with `experimentalDecorators`, and as standard decorators by tsconfig.standard.json.
import { expectTypeOf, test } from 'vitest';
import type { Bus, Command, ConsumeContext, Event, Handler, HandlerList, Mediator, MessageSender, Middleware, Query } from '@waybill/core';
import { createBus, createMediator, defineCommand, defineEvent, defineQuery, endpoint, handler, handles, typed } from '@waybill/core';
import type { IContainer } from '@waybill/core/container';
import type { IMessageTransport } from '@waybill/core/transport';

interface SubmitOrder {
  readonly orderId: string;
  readonly total: number;
}
const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');
interface OrderSubmitted {
  readonly orderId: string;
}
const OrderSubmitted: Event<OrderSubmitted> = defineEvent('orders.order-submitted');
type OrderView = { readonly found: true; readonly total: number } | { readonly found: false };
const GetOrder: Query<{ readonly orderId: string }, OrderView> = defineQuery('orders.get-order');
const Named = defineQuery('orders.named', {
  schema: typed<{ readonly orderId: string }>(),
  replies: { found: typed<{ readonly total: number }>(), missing: typed<{ readonly reason: string }>() },
});
declare const container: IContainer;
declare const transport: IMessageTransport;
declare const middleware: Middleware<ConsumeContext>;

@handles(SubmitOrder)
class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
  async handle(order: SubmitOrder, context: ConsumeContext) {
    await context.publish(OrderSubmitted, { orderId: order.orderId });
    const view = await context.request(GetOrder, { orderId: order.orderId });
    expectTypeOf(view).toEqualTypeOf<OrderView>();
    // @ts-expect-error an event is not sent, in a handler neither
    await context.send(OrderSubmitted, { orderId: order.orderId });
  }
}
const getOrder = handler(GetOrder, () => ({ found: true, total: 1 }));

test('a mediator takes the handlers, the middleware and the container of a bus', () => {
  const handlers: HandlerList = [SubmitOrderHandler, getOrder];
  expectTypeOf(createMediator({ handlers, container, middleware: [middleware] })).toEqualTypeOf<Mediator>();
  createMediator({ handlers: [SubmitOrderHandler, getOrder] });
  createBus({
    transport,
    container,
    middleware: [middleware],
    endpoints: [endpoint('orders', { handlers: [SubmitOrderHandler, getOrder] })],
  });
  createBus({ transport, handlers });
  // @ts-expect-error endpoints and handlers at once
  createBus({ transport, handlers, endpoints: [] });
  // @ts-expect-error there is no such option
  createMediator({ handlers, transport });
  // @ts-expect-error handlers are missing
  createMediator({ container });
  expectTypeOf<Mediator>().toExtend<MessageSender>();
  expectTypeOf<Bus>().toExtend<MessageSender>();
  expectTypeOf<ConsumeContext>().toExtend<MessageSender>();
});

test('its verbs are those of a bus', async () => {
  await using mediator = createMediator({ handlers: [] });
  expectTypeOf(mediator.send(SubmitOrder, { orderId: '1', total: 1 })).toEqualTypeOf<Promise<void>>();
  await mediator.publish(OrderSubmitted, { orderId: '1' });
  // @ts-expect-error an event is not sent
  await mediator.send(OrderSubmitted, { orderId: '1' });
  // @ts-expect-error a query is not sent
  await mediator.send(GetOrder, { orderId: '1' });
  // @ts-expect-error a command is not published
  await mediator.publish(SubmitOrder, { orderId: '1', total: 1 });
  // @ts-expect-error a command without a reply is not asked for one
  await mediator.request(SubmitOrder, { orderId: '1', total: 1 });
  // @ts-expect-error a wrong payload
  await mediator.send(SubmitOrder, { orderId: '1', total: '1' });
  // @ts-expect-error a missing field
  await mediator.request(GetOrder, {});
});

test('a reply is typed without a cast', async () => {
  const mediator = createMediator({ handlers: [] });
  const view = await mediator.request(GetOrder, { orderId: '1' });
  if (view.found) expectTypeOf(view.total).toEqualTypeOf<number>();
  // @ts-expect-error not every outcome has a total
  void view.total;
  const named = await mediator.request(Named, { orderId: '1' });
  switch (named.kind) {
    case 'found':
      expectTypeOf(named.message.total).toEqualTypeOf<number>();
      break;
    case 'missing':
      expectTypeOf(named.message.reason).toEqualTypeOf<string>();
      break;
    default:
      named satisfies never;
  }
  switch (named.kind) {
    case 'found':
      break;
    default:
      // @ts-expect-error a switch that misses a reply
      named satisfies never;
  }
});
