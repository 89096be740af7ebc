import { Container, inject, injectable } from 'inversify';
import { describe, expect, it } from 'vitest';
import type { Command, ConsumeContext, Event, Handler, HandlerList, LogFields } from '@waybill/core';
import { createBus, createMediator, defineCommand, defineEvent, endpoint, handler, handles } from '@waybill/core';
import { memory } from '@waybill/transport-memory';
import { CONSUME_CONTEXT, inversify } from '../src/index.ts';

interface SubmitOrder {
  readonly orderId: string;
}
const SubmitOrder: Command<SubmitOrder> = defineCommand('orders.submit-order');
const OrderSubmitted: Event<SubmitOrder> = defineEvent('orders.order-submitted');

interface Orders {
  readonly saved: string[];
}
const Orders = Symbol('Orders');
const Session = Symbol('Session');
const Log = Symbol('Log');

/** Lives for one message: knows its context, and says when it is disposed. */
@injectable()
class UnitOfWork {
  readonly #log: string[];
  readonly id: string;
  disposed = false;
  constructor(@inject(Log) log: string[], @inject(CONSUME_CONTEXT) context: ConsumeContext<SubmitOrder>) {
    this.#log = log;
    this.id = context.message.orderId;
    log.push(`open ${this.id}`);
  }
  async [Symbol.asyncDispose]() {
    this.disposed = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.#log.push(`dispose ${this.id}`);
  }
}

@injectable()
class Repository {
  readonly unit: UnitOfWork;
  constructor(@inject(UnitOfWork) unit: UnitOfWork) {
    this.unit = unit;
  }
}

@handles(SubmitOrder)
@injectable()
class SubmitOrderHandler implements Handler<typeof SubmitOrder> {
  readonly #orders: Orders;
  readonly #unit: UnitOfWork;
  readonly #repository: Repository;
  constructor(@inject(Orders) orders: Orders, @inject(UnitOfWork) unit: UnitOfWork, @inject(Repository) repository: Repository) {
    this.#orders = orders;
    this.#unit = unit;
    this.#repository = repository;
  }
  async handle(order: SubmitOrder, context: ConsumeContext) {
    if (order.orderId === 'fails' && context.attempt === 1) throw new Error('once');
    for (let turn = 0; turn < order.orderId.length; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const isOwn = this.#unit === this.#repository.unit && this.#unit.id === order.orderId && !this.#unit.disposed;
    this.#orders.saved.push(isOwn ? order.orderId : 'of another message');
    await context.publish(OrderSubmitted, order);
  }
}

function makeContainer(log: string[] = []) {
  const orders: Orders = { saved: [] };
  const container = new Container();
  container.bind<string[]>(Log).toConstantValue(log);
  container.bind<Orders>(Orders).toConstantValue(orders);
  container.bind(Repository).toSelf();
  return { container, orders, log };
}

/** Runs a bus until so many orders are through, and says what was logged as an error. */
async function handleOrders(
  container: Parameters<typeof createBus>[0]['container'],
  ids: readonly string[],
  handlers: HandlerList,
  concurrency = 1,
) {
  const errors: LogFields[] = [];
  const nothing = (): void => undefined;
  let left = ids.length;
  let done = nothing;
  const all = new Promise<void>((resolve) => (done = resolve));
  const submitted = handler(OrderSubmitted, () => {
    left -= 1;
    if (left === 0) done();
  });
  const retried = { retries: 1 };
  await using bus = createBus({
    transport: memory(),
    ...(container === undefined ? {} : { container }),
    logger: { debug: nothing, info: nothing, warn: nothing, error: (fields) => void errors.push(fields) },
    endpoints: [endpoint('orders', { handlers, concurrency, recovery: retried }), endpoint('done', { handlers: [submitted] })],
  });
  await bus.start();
  await Promise.all(ids.map((orderId) => bus.send(SubmitOrder, { orderId })));
  await all;
  return errors;
}

describe('handler classes made by inversify', () => {
  it('get what they inject, one unit of work per message, disposed after it', async () => {
    const { container, orders, log } = makeContainer();
    await handleOrders(inversify(container, { scoped: [UnitOfWork] }), ['a', 'b'], [SubmitOrderHandler]);
    expect(orders.saved).toEqual(['a', 'b']);
    expect(log).toEqual(['open a', 'dispose a', 'open b', 'dispose b']);
  });

  it('have their scope disposed when they fail; the next attempt has another', async () => {
    const { container, orders, log } = makeContainer();
    await handleOrders(inversify(container, { scoped: [UnitOfWork] }), ['fails'], [SubmitOrderHandler]);
    expect(orders.saved).toEqual(['fails']);
    expect(log).toEqual(['open fails', 'dispose fails', 'open fails', 'dispose fails']);
  });

  it('never share a scope, however many run at once', async () => {
    const { container, orders, log } = makeContainer();
    const ids = Array.from({ length: 200 }, (_, index) => `order-${index}`);
    await handleOrders(inversify(container, { scoped: [UnitOfWork] }), ids, [SubmitOrderHandler], 16);
    expect(orders.saved.toSorted()).toEqual(ids.toSorted());
    expect(log.filter((line) => line.startsWith('dispose')).toSorted()).toEqual(ids.map((id) => `dispose ${id}`).toSorted());
  });

  it('keep the binding that the application gave: a singleton stays one and is not disposed', async () => {
    const { container } = makeContainer();
    const seen = new Set<unknown>();
    let disposed = 0;
    @handles(SubmitOrder)
    @injectable()
    class Lasting {
      async handle(order: SubmitOrder, context: ConsumeContext) {
        seen.add(this);
        await context.publish(OrderSubmitted, order);
      }
      [Symbol.dispose]() {
        disposed += 1;
      }
    }
    container.bind(Lasting).toSelf().inSingletonScope();
    await handleOrders(inversify(container), ['a', 'b'], [Lasting]);
    expect([seen.size, disposed]).toEqual([1, 0]);
  });

  it('are bound in the scope, not in the container; their instances are disposed, the last made first', async () => {
    const { container, log } = makeContainer();
    @injectable()
    class Held {
      readonly #log: string[];
      constructor(@inject(Log) log_: string[]) {
        this.#log = log_;
      }
      [Symbol.dispose]() {
        this.#log.push('dispose held');
      }
    }
    @handles(SubmitOrder)
    @injectable()
    class Disposable {
      readonly held: Held;
      constructor(@inject(Held) held: Held) {
        this.held = held;
      }
      async handle(order: SubmitOrder, context: ConsumeContext) {
        await context.publish(OrderSubmitted, order);
      }
      async [Symbol.asyncDispose]() {
        log.push('dispose handler');
      }
    }
    await handleOrders(inversify(container, { scoped: [Held] }), ['a'], [Disposable]);
    expect(log).toEqual(['dispose handler', 'dispose held']);
    expect(container.isBound(Disposable)).toBe(false);
    expect(container.isBound(Held)).toBe(false);
  });

  it('may need what is made asynchronously; a scoped token keeps its binding and is disposed', async () => {
    const { container, log } = makeContainer();
    container
      .bind<AsyncDisposable>(Session)
      .toDynamicValue(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return { [Symbol.asyncDispose]: async () => void log.push('session closed') };
      })
      .inRequestScope();
    @handles(SubmitOrder)
    @injectable()
    class WithSession {
      readonly session: AsyncDisposable;
      constructor(@inject(Session) session: AsyncDisposable) {
        this.session = session;
      }
      async handle(order: SubmitOrder, context: ConsumeContext) {
        expect(this.session[Symbol.asyncDispose]).toBeTypeOf('function');
        await context.publish(OrderSubmitted, order);
      }
    }
    await handleOrders(inversify(container, { scoped: [Session] }), ['a'], [WithSession]);
    expect(log).toEqual(['session closed']);
  });

  it('are handled although disposing fails; every other instance is disposed all the same', async () => {
    const { container, log } = makeContainer();
    @injectable()
    class Broken {
      async [Symbol.asyncDispose]() {
        throw new Error('the pool is gone');
      }
    }
    @handles(SubmitOrder)
    @injectable()
    class Both {
      readonly needed: unknown[];
      constructor(@inject(UnitOfWork) unit: UnitOfWork, @inject(Broken) broken: Broken) {
        this.needed = [unit, broken];
      }
      async handle(order: SubmitOrder, context: ConsumeContext) {
        await context.publish(OrderSubmitted, order);
      }
    }
    const errors = await handleOrders(inversify(container, { scoped: [UnitOfWork, Broken] }), ['a'], [Both]);
    expect(log).toEqual(['open a', 'dispose a']);
    expect(errors.map(({ event }) => event)).toEqual(['scope.dispose-failed']);
  });

  it('may come from one adapter for several buses and mediators, also while one of them handles', async () => {
    const { container, log } = makeContainer();
    class Later {}
    const adapter = inversify(container, { scoped: [UnitOfWork] });
    adapter.register([SubmitOrderHandler]);
    const context = { message: { orderId: 'a' } } as ConsumeContext;
    const inUse = adapter.createScope(context);
    await inUse.resolve(SubmitOrderHandler);
    adapter.register([Later]);
    await inUse.dispose();
    const scopes = [adapter.createScope(context), adapter.createScope(context)];
    for (const scope of scopes) {
      expect(await scope.resolve(Later)).toBeInstanceOf(Later);
      expect(await scope.resolve(SubmitOrderHandler)).toBeInstanceOf(SubmitOrderHandler);
    }
    expect(log).toEqual(['open a', 'dispose a', 'open a', 'open a']);
  });

  it('serve a mediator as they serve a bus', async () => {
    const { container, orders, log } = makeContainer();
    const mediator = createMediator({ handlers: [SubmitOrderHandler], container: inversify(container, { scoped: [UnitOfWork] }) });
    await mediator.send(SubmitOrder, { orderId: 'a' });
    expect(orders.saved).toEqual(['a']);
    await expect(mediator.send(SubmitOrder, { orderId: 'fails' })).rejects.toThrow('once');
    expect(log).toEqual(['open a', 'dispose a', 'open fails', 'dispose fails']);
  });

  it('may be several on one container', async () => {
    const { container, orders, log } = makeContainer();
    const options = { scoped: [UnitOfWork] };
    await handleOrders(inversify(container, options), ['a'], [SubmitOrderHandler]);
    await handleOrders(inversify(container, options), ['b'], [SubmitOrderHandler]);
    expect(orders.saved).toEqual(['a', 'b']);
    expect(log).toEqual(['open a', 'dispose a', 'open b', 'dispose b']);
  });
});

describe('what is refused when the bus is created', () => {
  it('a handler class with a constructor parameter that says not what it is', () => {
    @handles(SubmitOrder)
    class NotInjectable {
      readonly given: unknown;
      constructor(given: unknown) {
        this.given = given;
      }
      handle() {}
    }
    expect(() => createBus({ transport: memory(), container: inversify(new Container()), handlers: [NotInjectable] })).toThrow(
      /"NotInjectable"/,
    );
  });

  it('a scoped token that is bound to nothing', () => {
    const container = inversify(new Container(), { scoped: [Session] });
    expect(() => createBus({ transport: memory(), container, handlers: [SubmitOrderHandler] })).toThrow(
      'Symbol(Session), bound to nothing',
    );
  });
});
