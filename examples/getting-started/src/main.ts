// #region readme
import { createBus, defineCommand, defineEvent, endpoint, handler, type Command, type Event } from '@waybill/core';
import { memory } from '@waybill/transport-memory';

type SubmitOrder = { readonly orderId: string; readonly total: number };
const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');
type OrderSubmitted = { readonly orderId: string };
const OrderSubmitted: Event<OrderSubmitted> = defineEvent('orders.order-submitted');

const submitOrder = handler(SubmitOrder, async (order, context) => {
  console.log(`order ${order.orderId}: submitted, ${order.total} EUR`);
  await context.publish(OrderSubmitted, { orderId: order.orderId }); // leaves when the handler has returned
});
let confirmed = (): void => {};
const confirmation = new Promise<void>((resolve) => (confirmed = resolve));
const sendConfirmation = handler(OrderSubmitted, ({ orderId }) => {
  console.log(`order ${orderId}: confirmation sent`);
  confirmed();
});

const orders = endpoint('orders', { handlers: [submitOrder] });
const mail = endpoint('mail', { handlers: [sendConfirmation] });
const bus = createBus({ name: 'shop', transport: memory(), endpoints: [orders, mail] });
await bus.start();
await bus.send(SubmitOrder, { orderId: '1', total: 12 });
await confirmation;
await bus.stop(); // finishes what runs, returns the rest
// #endregion
