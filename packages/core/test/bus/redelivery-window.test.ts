import type { RecoveryOptions } from '@waybill/core';
import { createBus, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import { virtualRuntime } from '@waybill/simulation';
import { memoryStore } from '@waybill/storage-memory';
import { memory } from '@waybill/transport-memory';
import { describe, expect, it } from 'vitest';

const Done = defineEvent<{ readonly id: string }>('jobs.done');

function busOf(recovery: RecoveryOptions, window: `${number}s` | undefined) {
  const handlers = ['first', 'second'].map((id) => handler(Done, () => undefined, { id }));
  return createBus({
    name: 'shop',
    transport: memory(),
    runtime: virtualRuntime(),
    endpoints: [endpoint('jobs', { handlers, recovery })],
    ...(window === undefined ? {} : { store: memoryStore(), inbox: { window } }),
  });
}

/** The problems that `start` and `validate` name, which are the same. */
async function problemsOf(recovery: RecoveryOptions, window?: `${number}s`): Promise<readonly string[]> {
  const bus = busOf(recovery, window);
  const validated = (await bus.validate()).map(({ problem }) => problem);
  const refusal = await bus.start().then(
    () => undefined,
    (error: unknown) => error,
  );
  await bus.stop();
  const started = isBusError(refusal, 'CAPABILITY_NOT_SUPPORTED') ? refusal.details['problems'] : [];
  expect(started).toEqual(validated);
  return validated;
}

describe('the redeliveries of an endpoint and the window of the inbox', () => {
  it('a window that is over before the last redelivery is refused: a handler that has succeeded would be called again', async () => {
    expect(await problemsOf({ redeliver: ['100s'] }, '1s')).toEqual([
      'The endpoint "jobs" redelivers a message for up to 100000 ms, and the inbox remembers it for 1000 ms: what has succeeded would be done twice. Create the bus with a longer `inbox.window`, or shorten `recovery.redeliver`.',
    ]);
  });

  it.each<[string, RecoveryOptions, `${number}s`]>([
    ['their sum counts', { redeliver: ['40s', '60s'] }, '99s'],
    ['a window that is as long is too short', { redeliver: ['40s', '60s'] }, '100s'],
    ['jitter makes them longer', { redeliver: ['40s', '60s'], jitter: 0.5 }, '150s'],
  ])('%s', async (_, recovery, window) => {
    expect(await problemsOf(recovery, window)).toHaveLength(1);
  });

  it.each<[string, RecoveryOptions, `${number}s` | undefined]>([
    ['a longer window', { redeliver: ['40s', '60s'] }, '101s'],
    ['a longer window than with all jitter', { redeliver: ['40s', '60s'], jitter: 0.5 }, '151s'],
    ['a short window without redeliveries', { retries: 3 }, '1s'],
    ['a bus without a store', { redeliver: ['100s'] }, undefined],
  ])('%s is accepted', async (_, recovery, window) => {
    expect(await problemsOf(recovery, window)).toEqual([]);
  });
});
