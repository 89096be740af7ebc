import type { Event } from '@waybill/core';
import { createBus, defineEvent, endpoint, handler } from '@waybill/core';
import { postgres } from '@waybill/storage-postgres';
import { memory, memoryBroker } from '@waybill/transport-memory';
import { Pool } from 'pg';
import type { Side } from './side.ts';
import { fillOutbox } from './fill-outbox.ts';

const OrderSubmitted: Event<object> = defineEvent('bench.order-submitted');

/** A bus with a store, with its defaults: the relay publishes into memory, and another bus handles there. */
export const side: Side = {
  schema: 'waybill',
  fill: (orders, [url]) => fillOutbox(orders, url, (context, order) => context.publish(OrderSubmitted, order)),
  isEmpty: 'select not exists (select from waybill.outbox) as is',
  async work([connectionString]) {
    let handled = 0;
    const broker = memoryBroker();
    const receiving = createBus({
      name: 'receiving',
      transport: memory({ broker }),
      endpoints: [endpoint('orders', { handlers: [handler(OrderSubmitted, () => void (handled += 1))] })],
    });
    await receiving.start();
    const store = postgres({ pool: new Pool({ connectionString }) });
    await createBus({ name: 'bench', transport: memory({ broker }), store, publishes: [OrderSubmitted] }).start();
    return () => handled;
  },
};
