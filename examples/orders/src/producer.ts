import { setTimeout as pause } from 'node:timers/promises';
import { createBus, endpoint, handler } from '@waybill/core';
import { rabbitmq } from '@waybill/transport-rabbitmq';

import { PaymentTaken, SubmitOrder } from './contracts.ts';
import { readProcessOptions } from './process-options.ts';

const { url, orders, everyMs } = readProcessOptions(process.argv.slice(2));
const orderIds = Array.from({ length: orders }, (_, index) => String(index + 1));
const waiting = new Set(orderIds);
const done = new AbortController(); // when every receipt is here, or somebody wants an end
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done.abort());
const isDone = new Promise((resolve) => done.signal.addEventListener('abort', resolve));

const fileReceipt = handler(PaymentTaken, ({ orderId, receipt }) => {
  if (!waiting.delete(orderId)) return; // not for the first time: that may be
  console.log(`order ${orderId} is paid: receipt ${receipt}`);
  if (waiting.size === 0) done.abort();
});

/** All that this process has of the shop are its contracts: where a command goes says its name. */
const bus = createBus({
  name: 'customers',
  transport: rabbitmq({ url, queue: 'classic' }),
  endpoints: [endpoint('customers', { handlers: [fileReceipt] })],
});

async function order(): Promise<void> {
  for (const orderId of orderIds) {
    if (done.signal.aborted) return;
    await bus.send(SubmitOrder, { orderId, customer: 'Ada', mugs: 1, price: { amount: 12, currency: 'EUR' } });
    console.log(`order ${orderId} is sent`);
    await pause(everyMs, undefined, { signal: done.signal }).catch(() => {});
  }
  await isDone;
}

try {
  await bus.start();
  await order();
  console.log(`${orders} orders, ${orders - waiting.size} receipts.`);
  process.exitCode = waiting.size === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error); // such as: no shop has ever opened here
  process.exitCode = 1;
}
await bus.stop();
