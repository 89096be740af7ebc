import { describe, expectTypeOf, it } from 'vitest';
import type { Bus, Command, ConsumeContext, IdempotencyKey, Query, RegisteredTransaction } from '@waybill/core';
import { createBus, defineCommand, handler, handlerClass, handles } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';

interface Order {
  readonly orderId: string;
}
interface Client {
  query(text: string): Promise<void>;
}
declare const Place: Command<Order>;
declare const Count: Query<Order, number>;
declare const bus: Bus;
declare const store: IStore<Client>;
declare const transport: Parameters<typeof createBus>[0]['transport'];

// What `declare module '@waybill/core' { interface Register { transaction: Client } }` makes of it, without changing it for all other tests.
type Told<Register> = Register extends { readonly transaction: infer Transaction } ? Transaction : unknown;

describe('`context.transaction`', () => {
  it('is unknown until the application says what it is', () => {
    expectTypeOf<RegisteredTransaction>().toEqualTypeOf<unknown>();
    expectTypeOf<ConsumeContext['transaction']>().toEqualTypeOf<RegisteredTransaction>();
    expectTypeOf<Told<{ transaction: Client }>>().toEqualTypeOf<Client>();
    expectTypeOf<Told<object>>().toEqualTypeOf<unknown>();
  });

  it('is what `bus.transaction` takes and hands on; its result is that of the work', () => {
    expectTypeOf<Parameters<Bus['transaction']>[0]>().toEqualTypeOf<RegisteredTransaction>();
    expectTypeOf(bus.transaction({}, (context) => context.transaction)).toEqualTypeOf<Promise<RegisteredTransaction>>();
    expectTypeOf(bus.transaction({}, async (context) => (await context.request(Count, { orderId: 'a' })) * 2)).toEqualTypeOf<
      Promise<number>
    >();
    // @ts-expect-error it sends as a context does: commands, not queries
    void bus.transaction({}, (context) => context.send(Count, { orderId: 'a' }));
  });

  it('lets any store stand where nothing was said', () => {
    expectTypeOf(createBus({ name: 'shop', transport, store })).toEqualTypeOf<Bus>();
  });
});

describe('`idempotencyKey`', () => {
  it('sees the message of its contract', () => {
    expectTypeOf<IdempotencyKey<typeof Place>>().parameter(0).toEqualTypeOf<Order>();
    handler(Place, () => undefined, { idempotencyKey: (order) => order.orderId });
    // @ts-expect-error an order has no such field
    handler(Place, () => undefined, { idempotencyKey: (order) => order.number });
    // @ts-expect-error it gives a text
    handler(Place, () => undefined, { idempotencyKey: () => 1 });
    class PlaceHandler {
      readonly handle = (): void => undefined;
    }
    handlerClass(Place, PlaceHandler, { idempotencyKey: ({ orderId }, { tenantId }) => `${tenantId} ${orderId}` });
    handles(Place, { idempotencyKey: ({ orderId }) => orderId });
    // @ts-expect-error an order has no such field
    handles(Place, { idempotencyKey: ({ number }) => String(number) });
    handler(defineCommand<Order, number>('orders.reserve', { reply: true }), () => 1, { idempotencyKey: (order) => order.orderId });
  });
});
