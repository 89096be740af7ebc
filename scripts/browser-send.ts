// Runs in a context that has only what the web has; scripts/checks/browser.ts bundles it and waits for `result`.
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory } from '@waybill/transport-memory';

interface SubmitOrder {
  readonly orderId: string;
}

const SubmitOrder = defineCommand<SubmitOrder>('orders.submit-order');

/** Sends one command through the bus and returns what the handler received. */
async function sendOne(): Promise<string> {
  const received: string[] = [];
  const orders = endpoint('orders', { handlers: [handler(SubmitOrder, ({ orderId }) => void received.push(orderId))] });
  const bus = createBus({ name: 'browser', transport: memory(), endpoints: [orders] });
  await bus.start();
  await bus.send(SubmitOrder, { orderId: 'order-1' });
  await bus.stop(); // lets what was delivered be handled first
  return received.join();
}

export const result: Promise<string> = sendOne();
