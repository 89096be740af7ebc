import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, ConsumeContext, Event, Handler, HandlerList } from '@waybill/core';
import { createBus, createMediator, defineCommand, defineEvent, endpoint, handler, handles, isBusError } from '@waybill/core';
import type { AnyHandlerClass, IContainer, IScope } from '@waybill/core/container';
import { memory } from '@waybill/transport-memory';
import type { ManualRuntime } from '../support/manual-runtime.ts';
import { manualRuntime } from '../support/manual-runtime.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Done: Event<Work> = defineEvent('jobs.done');

/** A container that writes down what is asked of it. */
class RecordingContainer implements IContainer {
  readonly log: string[];
  readonly registered: string[] = [];
  #scopes = 0;

  constructor(log: string[] = []) {
    this.log = log;
  }
  register(classes: readonly AnyHandlerClass[]): void {
    this.registered.push(...classes.map(({ name }) => name));
  }
  createScope(context: ConsumeContext): IScope {
    this.#scopes += 1;
    const scope = this.#scopes;
    this.log.push(`open ${scope} attempt ${context.attempt}`);
    return {
      resolve: async <T extends object>(type: abstract new (...args: never[]) => T) => {
        this.log.push(`resolve ${scope} ${type.name}`);
        return this.make(type, scope);
      },
      dispose: () => this.dispose(scope),
    };
  }
  make<T extends object>(type: abstract new (...args: never[]) => T, scope: number): T {
    return new (type as unknown as new (scope: number) => T)(scope);
  }
  async dispose(scope: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.log.push(`dispose ${scope}`);
  }
}

/** Starts a bus with one endpoint, sends one message, and lets everything happen. */
async function handleOne(handlers: HandlerList, options: Partial<BusOptions> & { readonly retries?: number; readonly event?: true }) {
  const runtime = manualRuntime();
  const { retries = 0, event, ...rest } = options;
  const bus = createBus({
    transport: memory(),
    runtime,
    ...rest,
    endpoints: [endpoint('jobs', { handlers, recovery: { retries } })],
  } as BusOptions);
  await bus.start();
  await (event === true ? bus.publish(Done, { n: 1 }) : bus.send(Work, { n: 1 }));
  await settled(runtime);
  await bus.stop();
  return runtime;
}

async function settled(runtime: ManualRuntime): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await runtime.settle();
}

const eventsOf = ({ logged }: ManualRuntime): string[] => logged.filter(({ level }) => level === 'error').map(({ event }) => event);

describe('a container', () => {
  it('is told each handler class once, when the bus is created', () => {
    @handles(Work)
    class WorkHandler {
      handle() {}
      @handles(Done)
      done() {}
    }
    const container = new RecordingContainer();
    createBus({
      transport: memory(),
      container,
      endpoints: [endpoint('jobs', { handlers: [WorkHandler, handler(Done, () => undefined, { id: 'fn' })] })],
    });
    expect(container.registered).toEqual(['WorkHandler']);
  });

  it('opens one scope per message and handler, and disposes it after the handler', async () => {
    const container = new RecordingContainer();
    @handles(Done)
    class First {
      readonly scope: number;
      constructor(scope: number) {
        this.scope = scope;
      }
      async handle() {
        await Promise.resolve();
        container.log.push(`handle ${this.scope}`);
      }
    }
    @handles(Done, { id: 'second' })
    class Second extends First {}
    await handleOne([First, Second], { container, event: true });
    expect(container.log).toEqual([
      'open 1 attempt 1',
      'resolve 1 First',
      'handle 1',
      'dispose 1',
      'open 2 attempt 1',
      'resolve 2 Second',
      'handle 2',
      'dispose 2',
    ]);
  });

  it('disposes the scope of a failed attempt; the next attempt has its own', async () => {
    const container = new RecordingContainer();
    @handles(Work)
    class Fails implements Handler<typeof Work> {
      async handle(_: Work, { attempt }: ConsumeContext) {
        if (attempt === 1) throw new Error('once');
        container.log.push('handled');
      }
    }
    await handleOne([Fails], { container, retries: 1 });
    expect(container.log).toEqual([
      'open 1 attempt 1',
      'resolve 1 Fails',
      'dispose 1',
      'open 2 attempt 2',
      'resolve 2 Fails',
      'handled',
      'dispose 2',
    ]);
  });

  it('has its scope disposed when it cannot make the handler; the message fails', async () => {
    const container = new RecordingContainer();
    container.make = () => {
      throw new Error('no binding');
    };
    @handles(Work)
    class WorkHandler {
      handle() {}
    }
    const runtime = await handleOne([WorkHandler], { container });
    expect(container.log).toEqual(['open 1 attempt 1', 'resolve 1 WorkHandler', 'dispose 1']);
    expect(runtime.logged.some(({ event }) => event === 'message.dead-lettered')).toBe(true);
  });

  it('disposes before what the handler sent leaves and the message is settled', async () => {
    const container = new RecordingContainer();
    @handles(Work)
    class WorkHandler {
      async handle(_: Work, context: ConsumeContext) {
        await context.publish(Done, { n: 1 });
      }
    }
    const done = handler(Done, () => void container.log.push('event arrived'));
    await handleOne([WorkHandler, done], { container });
    expect(container.log).toEqual(['open 1 attempt 1', 'resolve 1 WorkHandler', 'dispose 1', 'event arrived']);
  });

  it.each(['rejects', 'throws'])('whose dispose %s is logged, and the message is handled', async (how) => {
    const container = new RecordingContainer();
    container.dispose = (scope) => {
      container.log.push(`dispose ${scope}`);
      const error = new Error('the pool is gone');
      if (how === 'throws') throw error;
      return Promise.reject(error);
    };
    @handles(Work, { id: 'work-handler' })
    class WorkHandler {
      handle() {
        container.log.push('handled');
      }
    }
    const runtime = await handleOne([WorkHandler], { container });
    expect(container.log).toEqual(['open 1 attempt 1', 'resolve 1 WorkHandler', 'handled', 'dispose 1']);
    expect(eventsOf(runtime)).toEqual(['scope.dispose-failed']);
    expect(runtime.logged.find(({ event }) => event === 'scope.dispose-failed')).toMatchObject({
      endpoint: 'jobs',
      handler: 'work-handler',
    });
  });

  it('that refuses its classes stands in the report of configuration errors', () => {
    const container = new RecordingContainer();
    container.register = () => {
      throw new Error('the container is locked');
    };
    expect(() => createBus({ transport: memory(), container, handlers: [] })).toThrow('the container is locked');
  });
});

describe('a container of a mediator', () => {
  it('has one scope per message and handler, disposed before the call ends, also when it fails', async () => {
    const container = new RecordingContainer();
    @handles(Work)
    class WorkHandler implements Handler<typeof Work> {
      async handle({ n }: Work, context: ConsumeContext) {
        if (n === 0) throw new Error('nothing to do');
        await context.publish(Done, { n });
        container.log.push('handled');
      }
    }
    @handles(Done)
    class DoneHandler {
      handle() {
        container.log.push('done');
      }
    }
    const mediator = createMediator({ handlers: [WorkHandler, DoneHandler], container });
    expect(container.registered).toEqual(['WorkHandler', 'DoneHandler']);
    await mediator.send(Work, { n: 1 });
    const scopes = [
      'open 1 attempt 1',
      'resolve 1 WorkHandler',
      'open 2 attempt 1',
      'resolve 2 DoneHandler',
      'done',
      'dispose 2',
      'handled',
      'dispose 1',
    ];
    expect(container.log).toEqual(scopes);
    await expect(mediator.send(Work, { n: 0 })).rejects.toThrow('nothing to do');
    expect(container.log.slice(scopes.length)).toEqual(['open 3 attempt 1', 'resolve 3 WorkHandler', 'dispose 3']);
  });

  it('whose dispose fails is logged, and the call ends well', async () => {
    const container = new RecordingContainer();
    container.dispose = () => Promise.reject(new Error('the pool is gone'));
    const runtime = manualRuntime();
    @handles(Work)
    class WorkHandler {
      handle() {}
    }
    await createMediator({ handlers: [WorkHandler], container, runtime }).send(Work, { n: 1 });
    expect(eventsOf(runtime)).toEqual(['scope.dispose-failed']);
    expect(runtime.logged[0]).toMatchObject({ endpoint: 'mediator', handler: 'jobs.work' });
  });
});

describe('without a container', () => {
  it('classes whose constructor needs something are named when the bus is created', () => {
    @handles(Work)
    class NeedsTwo {
      readonly needed: unknown;
      constructor(one: string, two: string) {
        this.needed = [one, two];
      }
      handle() {}
    }
    @handles(Done)
    class NeedsNothing {
      readonly given: string;
      constructor(given = 'default') {
        this.given = given;
      }
      handle() {}
    }
    const build = (handlers: HandlerList) => createBus({ transport: memory(), handlers });
    expect(() => build([NeedsNothing])).not.toThrow();
    expect(() => build([NeedsTwo, NeedsNothing])).toThrow(/no `container` to fill the constructor parameters of "NeedsTwo"\./);
  });

  it.each([Symbol.asyncDispose, Symbol.dispose])('an instance with %s is disposed, also when the handler fails', async (dispose) => {
    const log: string[] = [];
    @handles(Work)
    class Disposable {
      async handle() {
        log.push('handle');
        throw new Error('always');
      }
      [dispose]() {
        log.push('dispose');
      }
    }
    await handleOne([Disposable], { retries: 1 });
    expect(log).toEqual(['handle', 'dispose', 'handle', 'dispose']);
  });

  it('an error of a constructor fails the attempt', async () => {
    @handles(Work)
    class Fails {
      constructor() {
        throw new Error('no constructor');
      }
      handle() {}
    }
    const runtime = await handleOne([Fails], {});
    expect(runtime.logged.some(({ event }) => event === 'message.dead-lettered')).toBe(true);
    expect(isBusError(runtime.logged.at(-1)?.['error'])).toBe(false);
  });
});
