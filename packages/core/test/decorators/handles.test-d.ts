// Compiled twice: with `experimentalDecorators`, and as standard decorators by tsconfig.standard.json.
import { expectTypeOf, test } from 'vitest';
import type { Command, ConsumeContext, Event, Handler, HandlerList, Query } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler, handlerClass, handles } from '@waybill/core';
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
declare const transport: IMessageTransport;

test('what compiles on a class', () => {
  @handles(SubmitOrder)
  class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
    readonly #orders: Map<string, number>;
    constructor(orders: Map<string, number>) {
      this.#orders = orders;
    }
    async handle(order: SubmitOrder, context: ConsumeContext) {
      this.#orders.set(order.orderId, order.total);
      expectTypeOf(context.message).toEqualTypeOf<unknown>();
      await context.publish(OrderSubmitted, { orderId: order.orderId });
    }
  }
  @handles(GetOrder, { id: 'views' })
  class GetOrderHandler implements Handler<typeof GetOrder> {
    handle({ orderId }: { orderId: string }): OrderView {
      return orderId === '' ? { found: false } : { found: true, total: 1 };
    }
  }
  @handles(OrderSubmitted)
  class LessIsFine {
    handle() {}
  }
  @handles(OrderSubmitted)
  class AsAProperty implements Handler<typeof OrderSubmitted> {
    readonly handle = async (event: OrderSubmitted) => void event.orderId;
  }
  @handles(OrderSubmitted)
  @handles(SubmitOrder)
  class TwoContracts {
    handle(message: OrderSubmitted | SubmitOrder) {
      void message.orderId;
    }
  }
  @handles(SubmitOrder)
  class TypedContext {
    handle(order: SubmitOrder, context: ConsumeContext<SubmitOrder>) {
      void (order.total + context.message.total);
    }
  }
  @handles(GetOrder)
  class RepliesByContext implements Handler<typeof GetOrder> {
    async handle({ orderId }: { orderId: string }, context: ConsumeContext<{ readonly orderId: string }, OrderView>) {
      return context.reply({ found: true, total: orderId.length });
    }
  }
  const getOrder = handler(GetOrder, () => ({ found: false }));
  const list: HandlerList = [
    SubmitOrderHandler,
    GetOrderHandler,
    LessIsFine,
    AsAProperty,
    TwoContracts,
    TypedContext,
    RepliesByContext,
    getOrder,
  ];
  createBus({ transport, endpoints: [endpoint('orders', { handlers: [SubmitOrderHandler, getOrder] })] });
  createBus({ transport, handlers: list });
  expectTypeOf(list).toExtend<HandlerList>();
});

test('what must not compile on a class', () => {
  // @ts-expect-error handle takes another payload
  @handles(OrderSubmitted)
  class OtherPayload {
    handle(order: SubmitOrder) {
      void order.total;
    }
  }
  // @ts-expect-error there is no handle
  @handles(SubmitOrder)
  class NoHandle {
    run(order: SubmitOrder) {
      void order;
    }
  }
  // @ts-expect-error a wrong reply
  @handles(GetOrder)
  class WrongReply {
    handle() {
      return { found: 'yes' };
    }
  }
  // @ts-expect-error a reply where the contract has none
  @handles(SubmitOrder)
  class ReplyToNothing {
    handle(): number {
      return 5;
    }
  }
  // @ts-expect-error a context of another message
  @handles(OrderSubmitted)
  class OtherContext {
    handle(_event: OrderSubmitted, context: ConsumeContext<SubmitOrder>) {
      void context.message.total;
    }
  }
  // @ts-expect-error handle wants a third parameter
  @handles(SubmitOrder)
  class WantsMore {
    handle(order: SubmitOrder, context: ConsumeContext, more: string) {
      void [order, context, more];
    }
  }
  class WrongImplements implements Handler<typeof OrderSubmitted> {
    // @ts-expect-error the class handles more than the event has
    handle(order: SubmitOrder) {
      void order.total;
    }
  }
  // @ts-expect-error an object is no handler
  const list: HandlerList = [{ handle: () => undefined }];
  expectTypeOf(list).toExtend<HandlerList>();
  void [OtherPayload, NoHandle, WrongReply, ReplyToNothing, OtherContext, WantsMore, WrongImplements];
});

test('methods', () => {
  class Orders {
    @handles(SubmitOrder)
    async submit(order: SubmitOrder, context: ConsumeContext) {
      await context.publish(OrderSubmitted, { orderId: order.orderId });
    }
    @handles(OrderSubmitted, { id: 'confirm' })
    confirm({ orderId }: OrderSubmitted) {
      void orderId;
    }
    @handles(GetOrder)
    async find({ orderId }: { orderId: string }): Promise<OrderView> {
      return { found: true, total: orderId.length };
    }
  }
  class Wrong {
    // @ts-expect-error another payload
    @handles(OrderSubmitted)
    submit(order: SubmitOrder) {
      void order.total;
    }
    // @ts-expect-error a wrong reply
    @handles(GetOrder)
    find() {
      return { found: 'yes' };
    }
    // @ts-expect-error no method
    @handles(SubmitOrder)
    readonly field: string = '';
  }
  const list: HandlerList = [Orders, Wrong];
  expectTypeOf(list).toExtend<HandlerList>();
});

test('without a decorator', () => {
  class Orders {
    readonly name: string;
    constructor(name: string) {
      this.name = name;
    }
    handle(order: SubmitOrder) {
      void order.total;
    }
    confirm(event: OrderSubmitted) {
      void event.orderId;
    }
  }
  const list: HandlerList = [handlerClass(SubmitOrder, Orders), handlerClass(OrderSubmitted, Orders, { method: 'confirm', id: 'confirm' })];
  // @ts-expect-error another payload
  handlerClass(OrderSubmitted, Orders);
  // @ts-expect-error there is no such method
  handlerClass(OrderSubmitted, Orders, { method: 'confirmed' });
  // @ts-expect-error the method takes another payload
  handlerClass(OrderSubmitted, Orders, { method: 'handle' });
  // @ts-expect-error an instance is no class
  handlerClass(SubmitOrder, new Orders(''));
  expectTypeOf(list).toExtend<HandlerList>();
});
