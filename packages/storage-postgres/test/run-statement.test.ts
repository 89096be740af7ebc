import { silentLogger, systemRuntime } from '@waybill/core';
import type { Runtime } from '@waybill/core/transport';
import { expect, it } from 'vitest';
import type { PgConnection } from '../src/pg/pg-client.ts';
import { runStatement } from '../src/pg/run-statement.ts';

/** A runtime that counts the timers that are set. */
function counted(): { readonly runtime: Runtime; readonly timers: () => number } {
  const runtime = systemRuntime({ logger: silentLogger });
  let timers = 0;
  const setTimer: Runtime['setTimer'] = (delayMs, callback) => {
    timers += 1;
    const timer = runtime.setTimer(delayMs, callback);
    return {
      cancel: () => {
        timers -= 1;
        timer.cancel();
      },
    };
  };
  return { runtime: { ...runtime, setTimer }, timers: () => timers };
}

const clientOf = (query: PgConnection['query']): PgConnection => ({ query }) as unknown as PgConnection;
const result = { rows: [{ one: 1 }], command: 'SELECT' };

it.each([
  ['calls back at once', (_query: unknown, callback: (error: null, given: typeof result) => void) => callback(null, result)],
  [
    'calls back later',
    (_query: unknown, callback: (error: null, given: typeof result) => void) => queueMicrotask(() => callback(null, result)),
  ],
])('gives the result of a client that %s, and leaves no timer behind', async (_what, query) => {
  const { runtime, timers } = counted();
  expect(await runStatement(clientOf(query as PgConnection['query']), { text: 'select 1' }, { limitMs: 60_000, runtime })).toBe(result);
  expect(timers()).toBe(0);
});

it.each([
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['calls back with an error at once', (_query: unknown, callback: (error: Error) => void) => callback(new Error('no'))],
])('passes on the error of a client that %s, and leaves no timer behind', async (_what, query) => {
  const { runtime, timers } = counted();
  await expect(runStatement(clientOf(query as PgConnection['query']), { text: 'select 1' }, { limitMs: 60_000, runtime })).rejects.toThrow(
    'no',
  );
  expect(timers()).toBe(0);
});
