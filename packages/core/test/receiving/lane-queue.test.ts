import { describe, expect, it } from 'vitest';
import { LaneQueue } from '../../src/receiving/lane-queue.ts';

interface Item {
  readonly id: number;
  readonly lane: string | undefined;
}
const item = (id: number, lane?: string): Item => ({ id, lane });

describe('LaneQueue', () => {
  it('gives a lane one at a time, and others meanwhile', () => {
    const queue = new LaneQueue<Item>();
    const first = item(1, 'a');
    for (const one of [first, item(2, 'a'), item(3, 'b'), item(4)]) queue.add(one);
    expect([queue.take()?.id, queue.take()?.id, queue.take()?.id, queue.take()]).toEqual([1, 3, 4, undefined]);
    queue.done(first);
    expect(queue.take()?.id).toBe(2);
  });

  it('gives back everything that was not taken, in order, and keeps the lane of what was', () => {
    const queue = new LaneQueue<Item>();
    const taken = item(1, 'a');
    queue.add(taken);
    queue.take();
    for (const one of [item(2, 'a'), item(3, 'b'), item(4, 'b')]) queue.add(one);
    expect(queue.size).toBe(3);
    expect(queue.drain().map(({ id }) => id)).toEqual([3, 2, 4]);
    queue.add(item(5, 'a'));
    expect(queue.take()).toBeUndefined();
    queue.done(taken);
    expect(queue.take()?.id).toBe(5);
    expect(queue.size).toBe(0);
  });
});
