import { expect, it } from 'vitest';
import type { Event, StandardSchema } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import { memory } from '../src/index.ts';
import { manualRuntime } from './support/manual-runtime.ts';

interface Note {
  readonly n: number;
}
/** A schema that answers later, so that capturing takes a while. */
const slowly: StandardSchema<Note> = { '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: value as Note }) } };
const Work = defineCommand<Note>('jobs.work');
const Done: Event<Note> = defineEvent('jobs.done', { schema: slowly });
const MOST_TICKS = 40;

// The handler does not await what it begins, and begins the second send after so many turns of the microtask queue.
it.each(['rabbitmq', undefined] as const)(
  'what a handler sends behind its own back leaves, or its send fails: never neither (like %s)',
  async (like) => {
    const runtime = manualRuntime();
    const [promised, seen, refused]: [number[], number[], number[]] = [[], [], []];
    const work = handler(Work, ({ n: ticks }, context) => {
      void context.publish(Done, { n: -1 });
      void (async () => {
        for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
        try {
          await context.publish(Done, { n: ticks });
          promised.push(ticks);
        } catch (error) {
          if (isBusError(error, 'ATTEMPT_ENDED')) refused.push(ticks);
        }
      })();
    });
    const done = handler(Done, ({ n }) => void (n >= 0 && seen.push(n)));
    const bus = createBus({
      transport: memory(like === undefined ? {} : { like }),
      runtime,
      endpoints: [endpoint('jobs', { handlers: [work] }), endpoint('watch', { handlers: [done] })],
    });
    await bus.start();
    for (let ticks = 0; ticks < MOST_TICKS; ticks += 1) {
      await bus.send(Work, { n: ticks });
      await runtime.advance(1_000);
    }
    await bus.stop();
    expect(seen).toEqual(promised);
    expect([...promised, ...refused].length).toBe(MOST_TICKS);
    expect(refused.length).toBeGreaterThan(0);
  },
);
