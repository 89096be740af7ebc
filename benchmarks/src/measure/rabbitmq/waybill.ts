import type { LargeOrder, QueueClient, QueueClientParts } from './queue-client.ts';
import { PREFETCH } from './queue-client.ts';

/** A bus with one endpoint. */
export async function waybill({ url, type, queue, onOrder }: QueueClientParts): Promise<QueueClient> {
  const { createBus, defineCommand, endpoint, handler } = await import('@waybill/core');
  const { rabbitmq } = await import('@waybill/transport-rabbitmq');
  const SubmitOrder = defineCommand<LargeOrder>('bench.submit-order');
  const bus = createBus({
    transport: rabbitmq({ url, queue: type }),
    endpoints: [endpoint(queue, { prefetch: PREFETCH, handlers: [handler(SubmitOrder, onOrder)] })],
  });
  await bus.start();
  const control = bus.endpoint(queue);
  await control.pause();
  return {
    send: (order, done) => void bus.send(SubmitOrder, order).then(() => done(), done),
    consume: () => control.resume(),
    pause: () => control.pause(),
  };
}
