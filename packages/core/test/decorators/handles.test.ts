import { describe, expect, it } from 'vitest';
import type { AnyHandlerClass, BusError, Command, Event } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handlerClass, handles, isBusError } from '@waybill/core';
import { memory } from '@waybill/transport-memory';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Done: Event<Work> = defineEvent('jobs.done');
const Undone: Event<Work> = defineEvent('jobs.undone');

function errorOf(act: () => unknown): BusError {
  try {
    act();
  } catch (error) {
    if (isBusError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Runs a bus with one class, sends or publishes one of each, and tells what was called. */
async function callsOf(handlers: AnyHandlerClass, calls: string[], expected: number): Promise<readonly string[]> {
  await using bus = createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers: [handlers] })] });
  await bus.start();
  for (const event of [Done, Undone]) await bus.publish(event, { n: 1 });
  await new Promise<void>((resolve) => {
    const push = calls.push.bind(calls);
    calls.push = (call) => {
      const length = push(call);
      if (length === expected) resolve();
      return length;
    };
    if (calls.length === expected) resolve();
  });
  await bus.stop();
  return calls.toSorted();
}

describe('@handles', () => {
  it('is inherited; a subclass overrides the method and adds others', async () => {
    const calls: string[] = [];
    class Base {
      @handles(Done)
      done() {
        calls.push('base done');
      }
    }
    class Derived extends Base {
      override done() {
        calls.push('derived done');
      }
      @handles(Undone)
      undone() {
        calls.push('derived undone');
      }
    }
    expect(await callsOf(Derived, calls, 2)).toEqual(['derived done', 'derived undone']);
  });

  it('on an overriding method replaces what the base says of it', async () => {
    const calls: string[] = [];
    class Base {
      @handles(Done)
      it() {
        calls.push('base');
      }
    }
    class Derived extends Base {
      @handles(Undone)
      override it() {
        calls.push('derived');
      }
    }
    expect(await callsOf(Derived, calls, 1)).toEqual(['derived']);
  });

  it('twice on a class makes it handle both', async () => {
    const calls: string[] = [];
    @handles(Done)
    @handles(Undone)
    class Both {
      handle() {
        calls.push('called');
      }
    }
    expect(await callsOf(Both, calls, 2)).toEqual(['called', 'called']);
  });

  it('gives its id: two handlers of one event on one endpoint need ids', () => {
    @handles(Done)
    class First {
      handle() {}
    }
    @handles(Done)
    class Second {
      handle() {}
    }
    @handles(Done, { id: 'second' })
    class Third {
      handle() {}
    }
    const build = (handlers: AnyHandlerClass[]) => createBus({ transport: memory(), endpoints: [endpoint('jobs', { handlers })] });
    expect(errorOf(() => build([First, Second])).message).toContain('@handles(X, { id })');
    expect(() => build([First, Third])).not.toThrow();
    expect(errorOf(() => handles(Done, { id: 'No Name' })).code).toBe('NAME_INVALID');
  });

  it('is refused on a static method and without a contract', () => {
    const onStatic = errorOf(() => {
      class Wrong {
        @handles(Done)
        static done() {}
      }
      return Wrong;
    });
    expect(onStatic.code).toBe('HANDLER_NOT_BOUND');
    expect(onStatic.message).toContain('"done"');
    expect(errorOf(() => handles(undefined as never)).message).toContain('circle of imports');
  });

  it.each([
    ['static', { kind: 'method', static: true, private: false, name: 'done', addInitializer: () => undefined }, 'static method "done"'],
    ['private', { kind: 'method', static: false, private: true, name: '#done', addInitializer: () => undefined }, 'private method "#done"'],
    ['getter', { kind: 'getter', static: false, private: false, name: 'done', addInitializer: () => undefined }, 'getter "done"'],
  ])('is refused on a %s member under standard decorators', (_, context, named) => {
    const error = errorOf(() => handles(Done)((() => undefined) as never, context as never));
    expect(error.code).toBe('HANDLER_NOT_BOUND');
    expect(error.message).toContain(named);
  });
});

describe('a list of handlers', () => {
  it('names every class that was not decorated, and what is no handler, at once', () => {
    class Forgotten {
      handle() {}
    }
    class AlsoForgotten {}
    const error = errorOf(() => createBus({ transport: memory(), handlers: [Forgotten, AlsoForgotten, {} as never] }));
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.details['problems']).toHaveLength(3);
    expect(error.details['codes']).toEqual(['HANDLER_NOT_BOUND']);
    expect(error.message).toContain('"Forgotten"');
    expect(error.message).toContain('handlerClass(X, AlsoForgotten)');
    expect(error.message).toContain('holds an object, and no handler');
  });

  it('two classes for one command are a configuration error', () => {
    @handles(Work)
    class One {
      handle() {}
    }
    const error = errorOf(() => createBus({ transport: memory(), handlers: [One, handlerClass(Work, class Two extends One {})] }));
    expect(error.message).toContain('"jobs.work" has two handlers');
  });

  it('handlerClass refuses what is no class', () => {
    expect(errorOf(() => handlerClass(Work, { handle: () => undefined } as never)).code).toBe('OPTION_INVALID');
  });
});
