import 'reflect-metadata';
import { CommandBus, CommandHandler } from '@nestjs/cqrs';
import type { Command, Event, MediatorOptions } from '@waybill/core';
import { createMediator, defineCommand, defineEvent, handler } from '@waybill/core';
import Emittery from 'emittery';
import { Order } from './order.ts';
import type { Batch } from './throughput.ts';

type Handle = (order: Order) => Promise<unknown>;

const SubmitOrder: Command<Order> = defineCommand('bench.submit-order');
const OrderSubmitted: Event<Order> = defineEvent('bench.order-submitted');

/** A mediator with one asynchronous handler. */
export function mediator(options: Partial<MediatorOptions> = {}): Batch {
  const one = createMediator({ ...options, handlers: [handler(SubmitOrder, summing())] });
  return inTurn((order) => one.send(SubmitOrder, order));
}

/** A mediator that publishes an event to one asynchronous handler, and waits for it. */
export function publishing(): Batch {
  const one = createMediator({ handlers: [handler(OrderSubmitted, summing())] });
  return inTurn((order) => one.publish(OrderSubmitted, order));
}

/** Emittery with one asynchronous listener, awaited: `emit` rejects when the listener does, as `publish` of the mediator. */
export function emittery(): Batch {
  const emitter = new Emittery<{ 'order-submitted': Order }>();
  const sum = summing();
  emitter.on('order-submitted', ({ data }) => sum(data));
  return inTurn((order) => emitter.emit('order-submitted', order));
}

/** The command bus of NestJS with one asynchronous handler, and so many asynchronous functions around each call. */
export function commandBus(layers = 0): Batch {
  const sum = summing();
  class SubmitOrderHandler {
    execute(order: Order): Promise<void> {
      return sum(order);
    }
  }
  CommandHandler(Order)(SubmitOrderHandler);
  const bus = new CommandBus(undefined as never);
  bus.register([{ metatype: SubmitOrderHandler, instance: new SubmitOrderHandler(), isDependencyTreeStatic: () => true }] as never);
  return inTurn(layered((order) => bus.execute(order as never), layers));
}

/** The handler alone, and so many asynchronous functions around each call: what no bus can do without. */
export function functions(layers: number): Batch {
  return inTurn(layered(summing(), layers));
}

function layered(handle: Handle, layers: number): Handle {
  let outer = handle;
  for (let layer = 0; layer < layers; layer += 1) {
    const inner = outer;
    outer = async (order) => {
      await inner(order);
    };
  }
  return outer;
}

function summing(): (order: Order) => Promise<void> {
  let sum = 0;
  return async ({ total }) => {
    sum += total;
    if (Number.isNaN(sum)) throw new Error('unreachable');
  };
}

function inTurn(call: Handle): Batch {
  return async (count) => {
    for (let index = 0; index < count; index += 1) await call(new Order(index));
  };
}
