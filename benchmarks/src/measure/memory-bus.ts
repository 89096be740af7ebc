import type { BusOptions, Command, ConsumeContext, Middleware } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory } from '@waybill/transport-memory';
import { Order } from './order.ts';

const SubmitOrder: Command<Order> = defineCommand('bench.submit-order');

/** A bus on the memory transport, and a function that sends `count` messages and waits until all are handled. */
export async function memoryBus(options: Partial<BusOptions> = {}): Promise<(count: number) => Promise<void>> {
  let left = 0;
  let allHandled: () => void = () => undefined;
  const bus = createBus({
    ...options,
    transport: memory(),
    handlers: undefined as never,
    endpoints: [
      endpoint('bench', {
        handlers: [
          handler(SubmitOrder, () => {
            left -= 1;
            if (left === 0) allHandled();
          }),
        ],
      }),
    ],
  });
  await bus.start();
  return async (count) => {
    left = count;
    const handled = new Promise<void>((resolve) => {
      allHandled = resolve;
    });
    for (let index = 0; index < count; index += 1) await bus.send(SubmitOrder, new Order(index));
    await handled;
  };
}

/** An asynchronous middleware that does nothing. */
export const passAsync: Middleware<ConsumeContext> = async (context, next) => {
  await next(context);
};
