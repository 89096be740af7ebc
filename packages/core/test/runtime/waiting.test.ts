import { describe, expect, it } from 'vitest';
import { isPromise } from '@waybill/core/transport';
import { deferred } from '../../src/runtime/deferred.ts';
import { settlesInTime } from '../../src/runtime/settles-in-time.ts';
import { unlessAborted } from '../../src/runtime/unless-aborted.ts';
import { manualRuntime } from '../support/manual-runtime.ts';
import { signalWithCount } from '../support/waiting.ts';

describe('settlesInTime', () => {
  it('is true for work that settles in time, well or badly, and leaves nothing behind', async () => {
    for (const end of ['resolve', 'reject'] as const) {
      const runtime = manualRuntime();
      const { signal, listeners } = signalWithCount();
      const work = deferred();
      const inTime = settlesInTime(work.promise, { limitMs: 100, runtime, signal });
      await runtime.advance(99);
      work[end](undefined as never);
      expect(await inTime).toBe(true);
      expect([runtime.pendingTimers(), listeners()]).toEqual([0, 0]);
    }
  });

  it('is false at the limit, also when the work then fails', async () => {
    const runtime = manualRuntime();
    const { signal, listeners } = signalWithCount();
    const work = deferred();
    const inTime = settlesInTime(work.promise, { limitMs: 100, runtime, signal });
    await runtime.advance(100);
    work.reject(new Error('too late'));
    expect(await inTime).toBe(false);
    expect([runtime.pendingTimers(), listeners()]).toEqual([0, 0]);
  });

  it('is false when the signal aborts, or has aborted', async () => {
    const runtime = manualRuntime();
    const { signal, abort } = signalWithCount();
    const never = new Promise(() => undefined);
    const inTime = settlesInTime(never, { limitMs: 100, runtime, signal });
    abort();
    expect(await inTime).toBe(false);
    expect(await settlesInTime(never, { limitMs: 100, runtime, signal })).toBe(false);
    expect(runtime.pendingTimers()).toBe(0);
  });
});

describe('unlessAborted', () => {
  it('settles as the work does, and leaves no listener behind', async () => {
    const { signal, listeners } = signalWithCount();
    expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7);
    const error = new Error('broken');
    await expect(unlessAborted(Promise.reject(error), signal)).rejects.toBe(error);
    expect(listeners()).toBe(0);
    const work = Promise.resolve(1);
    expect(unlessAborted(work, undefined)).toBe(work);
  });

  it('rejects with the reason when the signal aborts, or has aborted, and hears no more of the work', async () => {
    const { signal, abort, listeners } = signalWithCount();
    const work = deferred();
    const reason = new Error('enough');
    const waiting = unlessAborted(work.promise, signal);
    abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(unlessAborted(new Promise(() => undefined), signal)).rejects.toBe(reason);
    work.reject(new Error('unheard'));
    expect(listeners()).toBe(0);
  });
});

describe('isPromise', () => {
  it('is true for what must be awaited, and only for that', () => {
    const foreign: unknown = Object.create(Promise.prototype);
    expect([Promise.resolve(), foreign].map((value) => isPromise(value as never))).toEqual([true, true]);
    const plain = [undefined, null, 0, 'then', {}, () => undefined];
    expect(plain.filter((value) => isPromise(value as never))).toEqual([]);
  });
});
