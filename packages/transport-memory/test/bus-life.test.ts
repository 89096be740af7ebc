import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, ConsumeContext } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import type { IMessageTransport, IReceiver } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { stateOf } from '../src/memory-broker.ts';
import { manualRuntime } from './support/manual-runtime.ts';
import { codeOf, gate, outcomeOf, overlay } from './support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');

/** A bus with one endpoint, on a clock that stands still, on a transport with some members replaced. */
function busWith(
  handle: (n: number, context: ConsumeContext) => void | Promise<void> = () => undefined,
  changes: (transport: IMessageTransport) => Partial<IMessageTransport> = () => ({}),
  options: Partial<BusOptions> = {},
) {
  const runtime = manualRuntime();
  const broker = memoryBroker();
  const inner = memory({ broker });
  const bus = createBus({
    transport: overlay(inner, changes(inner)),
    runtime,
    drainTimeout: 10_000,
    publishTimeout: 1_000,
    endpoints: [endpoint('jobs', { handlers: [handler(Work, ({ n }, context) => handle(n, context))], concurrency: 2 })],
    ...options,
  } as BusOptions);
  const state = stateOf(broker);
  const left = () => ({
    timers: runtime.pendingTimers(),
    connections: state.connections.size,
    takers: Array.from(state.places.values()).filter(({ hasTakers }) => hasTakers).length,
  });
  return { bus, runtime, broker, inner, left, slackMs: inner.capabilities.stopSlackMs };
}

const NOTHING = { timers: 0, connections: 0, takers: 0 };

/** The receiver of a transport, with some members replaced. */
const receiving =
  (change: (receiver: IReceiver) => Partial<IReceiver>) =>
  (transport: IMessageTransport): Partial<IMessageTransport> => ({
    receive: (...args) => {
      const receiver = transport.receive(...args);
      return overlay(receiver, change(receiver));
    },
  });

describe('start and stop', () => {
  it('go through their states; both are no-ops when there is nothing to do', async () => {
    const { bus, left } = busWith();
    expect(bus.state).toBe('idle');
    await bus.stop();
    expect(bus.state).toBe('idle');
    const starting = bus.start();
    expect(bus.state).toBe('starting');
    await Promise.all([starting, bus.start()]);
    await bus.start();
    expect([bus.state, left()]).toEqual(['started', { timers: 0, connections: 1, takers: 1 }]);
    const stopping = bus.stop();
    expect(bus.state).toBe('stopping');
    await Promise.all([stopping, bus.stop()]);
    await bus.stop();
    expect([bus.state, left()]).toEqual(['stopped', NOTHING]);
    await bus.start();
    expect(bus.state).toBe('started');
    await bus[Symbol.asyncDispose]();
    expect([bus.state, left()]).toEqual(['stopped', NOTHING]);
  });

  it('a start waits for the stop before it', async () => {
    const go = gate();
    const begun = gate();
    const { bus } = busWith(async () => {
      begun.resolve();
      await go.promise;
    });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await begun.promise;
    const stopping = bus.stop();
    const starting = bus.start();
    go.resolve();
    await stopping;
    await starting;
    expect(bus.state).toBe('started');
    await bus.stop();
  });

  it('an endpoint is controlled while the bus runs, and told apart from one that is not there', async () => {
    const { bus } = busWith();
    expect(() => bus.endpoint('jobs')).toThrow(expect.objectContaining({ code: 'BUS_NOT_STARTED' }));
    expect(() => bus.endpoint('jbos')).toThrow(expect.objectContaining({ code: 'ENDPOINT_UNKNOWN', details: { endpoint: 'jbos' } }));
    await bus.start();
    expect(bus.endpoint('jobs')).toMatchObject({ name: 'jobs', paused: false, inFlight: 0, concurrency: 2 });
    for (const wrong of [0, -1, 1.5, Number.NaN, '4'])
      expect(() => bus.endpoint('jobs').setConcurrency(wrong as number)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    expect(bus.endpoint('jobs').concurrency).toBe(2);
    await bus.stop();
    expect(() => bus.endpoint('jobs')).toThrow(expect.objectContaining({ code: 'BUS_STOPPED' }));
  });
});

describe('a start that fails leaves nothing open, and can be tried again:', () => {
  const once = <T>(fail: () => T, otherwise: () => T) => {
    let calls = 0;
    return (): T => (calls++ === 0 ? fail() : otherwise());
  };
  const refused = new Error('refused');
  const ways: [string, (transport: IMessageTransport) => Partial<IMessageTransport>][] = [
    [
      'the broker cannot be asked what it holds',
      (transport) => {
        const apply = once(
          () => Promise.reject(refused),
          () => Promise.resolve(),
        );
        return {
          topology: overlay(transport.topology, {
            apply: async (plan) => {
              await apply();
              await transport.topology.apply(plan);
            },
          }),
        };
      },
    ],
    [
      'no receiver can be made',
      (transport) => {
        const fail = once(
          () => {
            throw refused;
          },
          () => undefined,
        );
        return {
          receive: (...args) => {
            fail();
            return transport.receive(...args);
          },
        };
      },
    ],
    [
      'a receiver cannot start',
      (transport) => {
        const fail = once(
          () => Promise.reject(refused),
          () => Promise.resolve(),
        );
        return receiving((receiver) => ({ start: async () => fail().then(() => receiver.start()) }))(transport);
      },
    ],
    [
      'a receiver throws at its start',
      (transport) => {
        const fail = once(
          () => {
            throw refused;
          },
          () => undefined,
        );
        return receiving((receiver) => ({
          start: () => {
            fail();
            return receiver.start();
          },
        }))(transport);
      },
    ],
  ];
  it.each(ways)('%s', async (_, changes) => {
    const handled = gate();
    const { bus, left } = busWith(() => handled.resolve(), changes);
    await expect(bus.start()).rejects.toBe(refused);
    expect([bus.state, left()]).toEqual(['stopped', NOTHING]);
    expect(await codeOf(bus.send(Work, { n: 1 }))).toBe('BUS_STOPPED');
    await bus.start();
    await bus.send(Work, { n: 1 });
    await handled.promise;
    await bus.stop();
    expect(left()).toEqual(NOTHING);
  });

  it('its signal aborts while the broker hangs', async () => {
    const applying = gate();
    const { bus, left, runtime } = busWith(undefined, (transport) => ({
      topology: overlay(transport.topology, { apply: () => applying.promise }),
    }));
    const giveUp = new AbortController();
    const starting = outcomeOf(bus.start({ signal: giveUp.signal }));
    await runtime.settle();
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await starting).toMatchObject({ code: 'START_ABORTED', cause: reason });
    expect([bus.state, left()]).toEqual(['stopped', NOTHING]);
    applying.resolve();
    await runtime.settle();
    expect(left()).toEqual(NOTHING);
  });
});

describe('stop', () => {
  it('waits for handlers, for as long as the drain timeout, and no longer', async () => {
    const begun = gate();
    const { bus, runtime, left, slackMs } = busWith(async (_, { signal }) => {
      begun.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await begun.promise;
    let stopped = false;
    const stopping = bus.stop().then(() => (stopped = true));
    await runtime.advance(9_999);
    expect([stopped, bus.state]).toEqual([false, 'stopping']);
    await runtime.advance(1 + slackMs);
    await stopping;
    expect(left()).toEqual(NOTHING);
    expect(runtime.logged).toContainEqual(expect.objectContaining({ level: 'warn', event: 'bus.stop-forced', inFlight: 1 }));
  });

  it('does not wait when its signal aborts, nor when it has aborted', async () => {
    for (const early of [true, false]) {
      const begun = gate<AbortSignal>();
      const { bus, left } = busWith(async (_, { signal }) => {
        begun.resolve(signal);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      });
      await bus.start();
      await bus.send(Work, { n: 1 });
      const signal = await begun.promise;
      const giveUp = new AbortController();
      if (early) giveUp.abort();
      const stopping = bus.stop({ signal: giveUp.signal });
      if (!early) giveUp.abort();
      await stopping;
      expect(signal.reason).toMatchObject({ code: 'BUS_STOPPED' });
      expect(left()).toEqual(NOTHING);
    }
  });

  it('ends within the drain timeout and the slack, also when a handler never ends', async () => {
    const begun = gate();
    const { bus, runtime, left, slackMs } = busWith(async () => {
      begun.resolve();
      await new Promise(() => undefined);
    });
    await bus.start();
    await bus.send(Work, { n: 1 });
    await begun.promise;
    const stopping = bus.stop();
    await runtime.advance(10_000 + slackMs);
    await stopping;
    expect([bus.state, left()]).toEqual(['stopped', NOTHING]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('reset'))],
    [
      'throws',
      () => {
        throw new Error('reset');
      },
    ],
  ])('resolves when the transport %s at its close, and says so', async (_, close) => {
    const { bus, runtime } = busWith(undefined, (transport) => ({
      close: async () => {
        await transport.close();
        await close();
      },
    }));
    await bus.start();
    await bus.stop();
    expect(bus.state).toBe('stopped');
    expect(runtime.logged).toContainEqual(expect.objectContaining({ level: 'warn', event: 'transport.close-failed' }));
    await bus.start();
    await bus.stop();
  });

  it('ends in time when the transport never closes; a start after it ends in time too, and works once it has closed', async () => {
    const closing = gate();
    const { bus, runtime, left, slackMs } = busWith(undefined, (transport) => ({
      close: async () => {
        await closing.promise;
        await transport.close();
      },
    }));
    await bus.start();
    const stopping = bus.stop();
    await runtime.advance(slackMs);
    await stopping;
    expect([bus.state, runtime.pendingTimers()]).toEqual(['stopped', 0]);
    const starting = outcomeOf(bus.start());
    await runtime.advance(1_000 + slackMs);
    expect(await starting).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
    closing.resolve();
    await bus.start();
    await bus.stop();
    expect(left()).toEqual(NOTHING);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('channel gone'))],
    [
      'throws',
      () => {
        throw new Error('channel gone');
      },
    ],
  ])('lets handlers finish and gives back the rest when a receiver %s at its stop', async (_, stop) => {
    const begun = gate();
    const go = gate();
    const finished: number[] = [];
    const { bus, runtime, broker, left } = busWith(
      async (n) => {
        if (n === 1) begun.resolve();
        await go.promise;
        finished.push(n);
      },
      receiving(() => ({ stop })),
    );
    await bus.start();
    for (let n = 0; n < 4; n += 1) await bus.send(Work, { n });
    await begun.promise;
    const stopping = bus.stop();
    await runtime.settle();
    expect(bus.state).toBe('stopping');
    go.resolve();
    await stopping;
    expect(finished).toEqual([0, 1]);
    expect(runtime.logged.filter(({ level }) => level === 'warn').map(({ event }) => event)).toContain('receiver.stop-failed');
    expect(left()).toEqual(NOTHING);
    expect(stateOf(broker).places.get('jobs')?.waiting).toBe(2);
  });
});
