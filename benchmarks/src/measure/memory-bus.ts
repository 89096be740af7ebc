import type { Bus, BusBaseOptions, Command, ConsumeContext, EndpointOptions, Middleware, OutgoingContext } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { memory } from '@waybill/transport-memory';
import { Order } from './order.ts';
import type { Batch } from './throughput.ts';

/** Sends so many orders. */
export type Sends = (bus: Bus, command: Command<Order>, count: number) => Promise<void>;

/** What is other than the defaults; without anything it is one endpoint with one handler, and `send` awaited for each message. */
export interface MemoryBusOptions {
  readonly bus?: Partial<BusBaseOptions>;
  readonly endpoint?: Partial<EndpointOptions>;
  readonly command?: Command<Order>;
  /** What the handler does with each message. */
  readonly handle?: () => void | Promise<void>;
  readonly sends?: Sends;
}

/** A bus on the memory transport that has started, and a function that tells when so many messages are handled. */
export interface StartedBus {
  readonly bus: Bus;
  readonly send: (count: number) => Promise<void>;
  /** Resolves when as many messages as this were handled from now on. */
  readonly handled: (count: number) => Promise<void>;
}

const SubmitOrder: Command<Order> = defineCommand('bench.submit-order');

/** A function that sends `count` messages over a bus on the memory transport and waits until all are handled. */
export async function memoryBus(options: MemoryBusOptions = {}): Promise<Batch> {
  const { send, handled } = await startedBus(options);
  return async (count) => {
    const all = handled(count);
    await send(count);
    await all;
  };
}

export async function startedBus(options: MemoryBusOptions): Promise<StartedBus> {
  const { command = SubmitOrder, handle, sends = oneByOne } = options;
  let left = 0;
  let allHandled: () => void = () => undefined;
  const count = (): void => {
    left -= 1;
    if (left === 0) allHandled();
  };
  const counts =
    handle === undefined
      ? count
      : async (): Promise<void> => {
          await handle();
          count();
        };
  const bus = createBus({
    ...options.bus,
    transport: memory(),
    endpoints: [endpoint('bench', { ...options.endpoint, handlers: [handler(command, counts)] })],
  });
  await bus.start();
  return {
    bus,
    send: (number) => sends(bus, command, number),
    handled: (number) => {
      left = number;
      return new Promise<void>((resolve) => {
        allHandled = resolve;
      });
    },
  };
}

const oneByOne: Sends = async (bus, command, count) => {
  for (let index = 0; index < count; index += 1) await bus.send(command, new Order(index));
};

/** An asynchronous middleware that does nothing. */
export const passAsync: Middleware<ConsumeContext> = async (context, next) => {
  await next(context);
};

/** A middleware that only hands on. */
export const handOn: Middleware<ConsumeContext> = (context, next) => next(context);

/** An asynchronous middleware on the way out that does nothing. */
export const passOut: Middleware<OutgoingContext> = async (context, next) => {
  await next(context);
};
