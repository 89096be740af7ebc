import { expectTypeOf, test } from 'vitest';
import type { Bus, Command, Event, InputOf, MessageOf, ReplyOf, Untyped } from '@waybill/core';
import { defineCommand, defineEvent, defineQuery, handler } from '@waybill/core';

interface SubmitOrder {
  readonly orderId: string;
  readonly total: number;
}
const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');
const OrderSubmitted: Event<{ readonly orderId: string }> = defineEvent('orders.order-submitted');
const GetOrder = defineQuery<{ orderId: string }, { total: number }>('orders.get-order');
declare const bus: Bus;

test('what must not compile', async () => {
  await bus.send(SubmitOrder, { orderId: '1', total: 1 });
  await bus.publish(OrderSubmitted, { orderId: '1' });
  // @ts-expect-error an event is not sent
  await bus.send(OrderSubmitted, { orderId: '1' });
  // @ts-expect-error a command is not published
  await bus.publish(SubmitOrder, { orderId: '1', total: 1 });
  // @ts-expect-error a query is not sent
  await bus.send(GetOrder, { orderId: '1' });
  // @ts-expect-error a wrong payload
  await bus.send(SubmitOrder, { orderId: 1, total: 1 });
  // @ts-expect-error a missing field
  await bus.send(SubmitOrder, { orderId: '1' });
  // @ts-expect-error a handler for another contract
  handler(OrderSubmitted, (order: SubmitOrder) => void order.total);
  // @ts-expect-error a wrong reply
  handler(GetOrder, () => ({ total: '1' }));
  // @ts-expect-error a value where the contract has no reply
  handler(OrderSubmitted, () => 5);
  // @ts-expect-error a contract without a type cannot be sent by accident
  await bus.send(defineCommand('orders.untyped'), {});
  // @ts-expect-error neither without a payload
  await bus.send(defineCommand('orders.untyped'));
  // @ts-expect-error a payload is missing
  await bus.send(SubmitOrder);
  // @ts-expect-error a payload is missing
  await bus.send(SubmitOrder, undefined);
  // @ts-expect-error a payload is missing
  await bus.publish(OrderSubmitted);
  // @ts-expect-error a payload is missing
  await bus.request(GetOrder);
  await bus.send(defineCommand<void>('orders.sweep'), undefined);
  handler(GetOrder, ({ orderId }) => ({ total: orderId.length }));
  const message: MessageOf<typeof SubmitOrder> = { orderId: '1', total: 1 };
  expectTypeOf(message).toEqualTypeOf<SubmitOrder>();
});

test('a contract without a type says so, in the place of its message and its reply', () => {
  const untyped = defineQuery('orders.untyped');
  expectTypeOf<MessageOf<typeof untyped>>().toEqualTypeOf<Untyped>();
  expectTypeOf<ReplyOf<typeof untyped>>().toEqualTypeOf<Untyped>();
  const event = defineEvent('orders.untyped');
  expectTypeOf<InputOf<typeof event>>().toEqualTypeOf<Untyped>();
});
