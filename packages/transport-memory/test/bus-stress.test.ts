import { describe, expect, it } from 'vitest';
import type { Bus, Command, Event, HandlerList } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import { memory, memoryBroker, type MemoryBroker } from '../src/index.ts';
import { stateOf } from '../src/memory-broker.ts';
import { manualRuntime, type ManualRuntime } from './support/manual-runtime.ts';
import { gate } from './support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work');
const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');

/** A small generator of numbers in [0, 1) that repeats by its seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('10,000 messages at concurrency 16', () => {
  const COUNT = 10_000;

  it('are handled, with a stop in the middle: what runs is finished, the rest goes back untried, none is lost, none comes twice', async () => {
    const broker = memoryBroker();
    const seen = new Map<number, number>();
    const attempts = new Set<number>();
    const middle = gate();
    const all = gate();
    let running = 0;
    let most = 0;
    let begun = 0;
    const work = handler(Work, async ({ n }, { attempt }) => {
      begun += 1;
      running += 1;
      most = Math.max(most, running);
      attempts.add(attempt);
      if (begun === COUNT / 2) middle.resolve();
      await turn();
      running -= 1;
      seen.set(n, (seen.get(n) ?? 0) + 1);
      if (seen.size === COUNT) all.resolve();
    });
    const bus = createBus({ transport: memory({ broker }), endpoints: [endpoint('jobs', { handlers: [work], concurrency: 16 })] });
    await bus.start();
    const jobs = stateOf(broker).places.get('jobs');
    for (let n = 0; n < COUNT; n += 1) await bus.send(Work, { n });
    await middle.promise;
    await bus.stop();
    expect([running, seen.size]).toEqual([0, begun]);
    expect(begun).toBeLessThan(COUNT);
    expect(jobs?.waiting).toBe(COUNT - begun);
    await bus.start();
    await all.promise;
    await bus.stop();
    expect(Array.from(seen.values()).filter((times) => times !== 1)).toEqual([]);
    expect([begun, most, jobs?.waiting, Array.from(attempts)]).toEqual([COUNT, 16, 0, [1]]);
  });
});

describe('50 random steps of a life', () => {
  const STEPS = 50;

  /** Counts who listens to signals. */
  function countedSignals() {
    let listening = 0;
    const make = (): { signal: AbortSignal; abort: () => void } => {
      const controller = new AbortController();
      const { signal } = controller;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      const listeners = new Set<unknown>();
      signal.addEventListener = (...args: Parameters<typeof add>): void => {
        if (!listeners.has(args[1])) listening += 1;
        listeners.add(args[1]);
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
        if (listeners.delete(args[1])) listening -= 1;
        remove(...args);
      };
      const abort = (): void => {
        listening -= listeners.size;
        listeners.clear();
        controller.abort(new Error('enough'));
      };
      return { signal, abort };
    };
    return { make, listening: () => listening };
  }

  interface Life {
    readonly bus: Bus;
    readonly broker: MemoryBroker;
    readonly runtime: ManualRuntime;
    readonly handled: Map<number, number>;
  }

  function newLife(): Life {
    const broker = memoryBroker();
    const runtime = manualRuntime();
    const handled = new Map<number, number>();
    const count = async ({ n }: { readonly n: number }): Promise<void> => {
      if (n % 3 === 0) await turn();
      handled.set(n, (handled.get(n) ?? 0) + 1);
    };
    const handlers: HandlerList = [handler(Work, count), handler(Done, count)];
    return {
      broker,
      runtime,
      handled,
      bus: createBus({ transport: memory({ broker }), runtime, endpoints: [endpoint('jobs', { handlers, concurrency: 3 })] }),
    };
  }

  /** Starts, stops, sends or publishes; true when something was sent. */
  async function takeStep(bus: Bus, chance: number, n: number, given: { readonly signal?: AbortSignal }): Promise<boolean> {
    if (chance < 0.2) await bus.start(given);
    else if (chance < 0.35) await bus.stop(given);
    else await (chance < 0.7 ? bus.send(Work, { n }, given) : bus.publish(Done, { n }, given));
    return chance >= 0.35;
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])('leave no timer, no listener and no consumer, and lose nothing (seed %i)', async (seed) => {
    const random = seeded(seed);
    const { bus, broker, runtime, handled } = newLife();
    const signals = countedSignals();
    const accepted: number[] = [];
    const uncoded: unknown[] = [];
    const open: Promise<unknown>[] = [];
    const began = (work: Promise<unknown>): Promise<unknown> => {
      const watched = work.catch((error: unknown) => {
        if (!isBusError(error)) uncoded.push(error);
      });
      open.push(watched);
      return watched;
    };
    for (let step = 0; step < STEPS; step += 1) {
      const { signal, abort } = signals.make();
      const given = random() < 0.5 ? { signal } : {};
      const work = takeStep(bus, random(), step, given).then((sent) => {
        if (sent) accepted.push(step);
      });
      const watched = began(work);
      if (random() < 0.2) abort();
      if (random() < 0.5) await watched;
      else if (random() < 0.3) await turn();
    }
    await Promise.all(open);
    await bus.stop();
    const state = stateOf(broker);
    const takers = Array.from(state.places.values()).filter(({ hasTakers }) => hasTakers);
    expect([runtime.pendingTimers(), signals.listening(), state.connections.size, state.replies.size, takers]).toEqual([0, 0, 0, 0, []]);
    expect(uncoded).toEqual([]);
    await bus.start();
    while ((state.places.get('jobs')?.waiting ?? 0) > 0 || bus.endpoint('jobs').inFlight > 0) await turn();
    await bus.stop();
    expect(accepted.filter((n) => handled.get(n) !== 1)).toEqual([]);
    expect(accepted.length).toBeGreaterThan(0);
    expect([runtime.pendingTimers(), state.connections.size]).toEqual([0, 0]);
  });
});
