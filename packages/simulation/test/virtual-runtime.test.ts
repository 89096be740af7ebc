import { describe, expect, it } from 'vitest';
import { seededRandom, virtualRuntime } from '@waybill/simulation';

describe('a virtual runtime', () => {
  it('runs timers at their times, in their order, and what follows from one before the next', async () => {
    const runtime = virtualRuntime();
    const start = runtime.now();
    const seen: string[] = [];
    const mark = (what: string): void => void seen.push(`${what}@${runtime.now() - start}`);
    runtime.setTimer(20, () => mark('late'));
    runtime.setTimer(10, () => {
      mark('first');
      void runtime
        .yield()
        .then(() => mark('follows'))
        .then(() => runtime.setTimer(5, () => mark('set within')));
    });
    runtime.setTimer(10, () => mark('second'));
    await runtime.advance(9);
    expect(seen).toEqual([]);
    await runtime.advance(100);
    expect(seen).toEqual(['first@10', 'follows@10', 'second@10', 'set within@15', 'late@20']);
    expect(runtime.now() - start).toBe(109);
    expect(runtime.monotonic()).toBe(109);
  });

  it('counts open timers; a cancelled one never runs', async () => {
    const runtime = virtualRuntime();
    const timer = runtime.setTimer(1, () => expect.unreachable());
    runtime.setTimer(3_000_000_000, () => undefined);
    expect(runtime.openTimers).toBe(2);
    timer.cancel();
    timer.cancel();
    expect(runtime.openTimers).toBe(1);
    expect(runtime.nextTimer()).toBe(3_000_000_000);
    await runtime.advance(3_000_000_000);
    expect(runtime.openTimers).toBe(0);
    expect(runtime.nextTimer()).toBeUndefined();
  });

  it('sleeps in virtual time; an abort ends the sleep and leaves no timer', async () => {
    const runtime = virtualRuntime();
    const asleepFor = runtime.sleep.bind(runtime);
    const hour = asleepFor(3_600_000).then(() => 'slept');
    await runtime.advance(3_600_000);
    expect(await hour).toBe('slept');
    const abort = new AbortController();
    const asleep = asleepFor(10, abort.signal);
    abort.abort(new Error('enough'));
    await expect(asleep).rejects.toThrow('enough');
    expect(runtime.openTimers).toBe(0);
  });

  it('lets calls of advance wait for each other', async () => {
    const runtime = virtualRuntime();
    const fired: number[] = [];
    runtime.setTimer(5, () => fired.push(runtime.monotonic()));
    runtime.setTimer(15, () => fired.push(runtime.monotonic()));
    await Promise.all([runtime.advance(10), runtime.advance(10)]);
    expect(fired).toEqual([5, 15]);
    expect(runtime.monotonic()).toBe(20);
  });

  it('fails when a task spins', async () => {
    const runtime = virtualRuntime();
    let spins = true;
    const spin = async (): Promise<void> => {
      while (spins) await runtime.yield();
    };
    const spinning = spin();
    await expect(runtime.settle()).rejects.toThrow('no time passed');
    spins = false;
    await spinning;
  });

  it('repeats its chances by seed', () => {
    const chances = (seed: number): readonly number[] => Array.from({ length: 5 }, seededRandom(seed));
    expect(chances(7)).toEqual(chances(7));
    expect(chances(7)).not.toEqual(chances(8));
    expect(chances(7).every((chance) => chance >= 0 && chance < 1)).toBe(true);
  });

  it('repeats its ids by seed where it is told to, as valid UUIDs of version 7 in the order of their making', async () => {
    const ids = (seed: number): readonly string[] => {
      const runtime = virtualRuntime({ seed, ids: 'seeded' });
      return Array.from({ length: 300 }, () => runtime.id());
    };
    const made = ids(7);
    expect(made).toEqual(ids(7));
    expect(made).not.toEqual(ids(8));
    expect(made).toEqual(made.toSorted());
    expect(new Set(made).size).toBe(300);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(virtualRuntime({ seed: 7 }).id()).not.toBe(virtualRuntime({ seed: 7 }).id());
  });
});
