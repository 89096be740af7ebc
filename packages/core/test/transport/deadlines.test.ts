import { describe, expect, it } from 'vitest';
import type { Deadline } from '../../src/transport/deadlines.ts';
import { Deadlines } from '../../src/transport/deadlines.ts';
import { manualRuntime } from '../support/manual-runtime.ts';

class Item implements Deadline<Item> {
  readonly until: number;
  previous: Item | undefined = undefined;
  next: Item | undefined = undefined;

  constructor(until: number) {
    this.until = until;
  }
}

/** Items that are due after so many milliseconds, and what was ended, in order. */
function openDeadlines(...delays: readonly number[]) {
  const runtime = manualRuntime();
  const ended: number[] = [];
  const items = delays.map((delay) => new Item(runtime.monotonic() + delay));
  const deadlines = new Deadlines<Item>('too late', (item, cause) => {
    deadlines.delete(item);
    ended.push(items.indexOf(item));
    causes.add(cause);
  });
  const causes = new Set<unknown>();
  for (const item of items) deadlines.add(item, runtime);
  return { runtime, deadlines, items, ended, causes };
}

describe('what has a deadline', () => {
  it('is ended when it is due, by one timer, whatever the order in which it came', async () => {
    const { runtime, ended, causes } = openDeadlines(30, 10, 20, 10);
    expect(runtime.pendingTimers()).toBe(1);
    await runtime.advance(9);
    expect(ended).toEqual([]);
    await runtime.advance(1);
    expect(ended).toEqual([1, 3]);
    await runtime.advance(10);
    expect(ended).toEqual([1, 3, 2]);
    await runtime.advance(10);
    expect(ended).toEqual([1, 3, 2, 0]);
    expect(runtime.pendingTimers()).toBe(0);
    expect([...causes]).toEqual(['too late']);
  });

  it.each([
    [[0], [1, 2, 3]],
    [[3], [0, 1, 2]],
    [
      [1, 2],
      [0, 3],
    ],
    [[2, 1, 0], [3]],
    [[0, 3, 1, 2], []],
  ])('is not ended once it is deleted, which is told once: %j', async (deleted, left) => {
    const { runtime, deadlines, items, ended } = openDeadlines(10, 10, 10, 10);
    for (const index of deleted) {
      expect(deadlines.delete(items[index] as Item)).toBe(true);
      expect(deadlines.delete(items[index] as Item)).toBe(false);
    }
    expect(runtime.pendingTimers()).toBe(left.length === 0 ? 0 : 1);
    await runtime.advance(10);
    expect(ended).toEqual(left);
  });

  it('keeps nothing alive that came after it, once it is deleted', () => {
    const { deadlines, items } = openDeadlines(10, 10, 10);
    deadlines.delete(items[1] as Item);
    expect(items[1]).toMatchObject({ previous: undefined, next: undefined });
  });

  it('is ended with all others where that is asked for, and what comes later has a timer of its own', async () => {
    const { runtime, deadlines, ended, causes } = openDeadlines(10, 20);
    deadlines.endAll('closed');
    expect(ended).toEqual([0, 1]);
    expect([...causes]).toEqual(['closed']);
    expect(runtime.pendingTimers()).toBe(0);
    deadlines.add(new Item(runtime.monotonic() + 5), runtime);
    await runtime.advance(5);
    expect(ended).toEqual([0, 1, -1]);
  });
});
