import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogFields } from '@waybill/core';
import { systemRuntime } from '@waybill/core';
import { silentLogger } from '@waybill/core/transport';
import { signalWithCount } from '../support/waiting.ts';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('the real runtime', () => {
  const runtime = systemRuntime({ logger: silentLogger });

  it('tells the time, and a clock that never goes back', () => {
    const before = Date.now();
    expect(runtime.now()).toBeGreaterThanOrEqual(before);
    const first = runtime.monotonic();
    expect(runtime.monotonic()).toBeGreaterThanOrEqual(first);
  });

  it('makes ids that are UUIDs of version 7, all different, beyond its pool of random bytes', () => {
    const ids = Array.from({ length: 1_000 }, () => runtime.id());
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.filter((id) => !UUID_V7.test(id))).toEqual([]);
  });

  it('gives chances from 0 to below 1', () => {
    const chances = Array.from({ length: 100 }, () => runtime.random());
    expect(chances.every((chance) => chance >= 0 && chance < 1)).toBe(true);
    expect(new Set(chances).size).toBeGreaterThan(1);
  });

  it('lets the event loop turn', async () => {
    const order: string[] = [];
    const turned = new Promise<void>((resolve) => setImmediate(() => resolve(void order.push('loop'))));
    const yielded = runtime.yield().then(() => order.push('after'));
    await Promise.all([turned, yielded]);
    expect(order).toEqual(['loop', 'after']);
  });

  it('logs what a background task throws, at once or later, and never rejects', async () => {
    const logged: LogFields[] = [];
    const logger = { ...silentLogger, error: (fields: LogFields) => void logged.push(fields) };
    const logging = systemRuntime({ logger });
    const error = new Error('broken');
    await logging.spawn('sweep', () => Promise.reject(error));
    await logging.spawn('relay', () => {
      throw error;
    });
    await logging.spawn('fine', () => Promise.resolve());
    expect(logged).toEqual([
      { event: 'task.failed', task: 'sweep', error },
      { event: 'task.failed', task: 'relay', error },
    ]);
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(runtime)).toBe(true);
  });
});

describe('its timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const runtime = systemRuntime({ logger: silentLogger });

  it('fire once, not before their time; a negative delay is none', () => {
    let fired = 0;
    runtime.setTimer(100, () => (fired += 1));
    vi.advanceTimersByTime(99);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(fired).toBe(1);
    runtime.setTimer(-5, () => (fired += 1));
    vi.advanceTimersByTime(0);
    expect(fired).toBe(2);
  });

  it('never fire after they were cancelled, also twice, and leave nothing behind', () => {
    let fired = 0;
    const timer = runtime.setTimer(100, () => (fired += 1));
    timer.cancel();
    timer.cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(fired).toBe(0);
  });

  it('hold delays beyond what the platform can, and are cancelled in the midst of them', () => {
    const days = 86_400_000;
    let fired = 0;
    runtime.setTimer(60 * days, () => (fired += 1));
    const cancelled = runtime.setTimer(60 * days, () => (fired += 100));
    vi.advanceTimersByTime(30 * days);
    cancelled.cancel();
    vi.advanceTimersByTime(30 * days - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('let sleep wait, and wake it with the reason when its signal aborts', async () => {
    const rest = runtime.sleep.bind(runtime); // on the faked clock of this block
    const { signal, abort, listeners } = signalWithCount();
    const rested = rest(100, signal);
    vi.advanceTimersByTime(100);
    await rested;
    expect([listeners(), vi.getTimerCount()]).toEqual([0, 0]);
    const reason = new Error('enough');
    const woken = rest(100, signal).catch((error: unknown) => error);
    expect(vi.getTimerCount()).toBe(1);
    abort(reason);
    expect(await woken).toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
    await expect(rest(100, signal)).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
    const plain = rest(5);
    vi.advanceTimersByTime(5);
    await plain;
  });
});
