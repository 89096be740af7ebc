import { describe, expect, it } from 'vitest';
import { Settlements } from '../../src/receive/settlements.ts';

const NOTHING = { ackUpTo: undefined, acks: [], releases: [] };

function arrived(count: number, first = 1): Settlements {
  const settlements = new Settlements();
  for (let tag = first; tag < first + count; tag += 1) settlements.add(tag);
  return settlements;
}

describe('settlements of one channel', () => {
  it('acknowledge in one frame all that stands before the first unsettled delivery', () => {
    const settlements = arrived(5);
    for (const tag of [2, 1, 3]) settlements.ack(tag);
    expect(settlements.take()).toEqual({ ...NOTHING, ackUpTo: 3 });
    expect(settlements.take()).toEqual(NOTHING);
  });

  it('acknowledge one by one what stands behind an unsettled delivery, and never that', () => {
    const settlements = arrived(5);
    for (const tag of [1, 3, 5]) settlements.ack(tag);
    expect(settlements.take()).toEqual({ ackUpTo: 1, acks: [3, 5], releases: [] });
    settlements.ack(2);
    expect(settlements.take()).toEqual({ ...NOTHING, ackUpTo: 2 });
    settlements.ack(4);
    expect(settlements.take()).toEqual({ ...NOTHING, ackUpTo: 4 });
    expect(settlements.unsettled).toBe(0);
  });

  it('never cover by an ack what is given back at the same time, for that is written before', () => {
    const settlements = arrived(4);
    settlements.release(2);
    for (const tag of [1, 3, 4]) settlements.ack(tag);
    expect(settlements.take()).toEqual({ ackUpTo: 4, acks: [], releases: [2] });
  });

  it('give back in the order of arrival, in whatever order it was asked for', () => {
    const settlements = arrived(4);
    for (const tag of [4, 2, 3]) settlements.release(tag);
    expect(settlements.take().releases).toEqual([2, 3, 4]);
  });

  it('go on after a pause', () => {
    const settlements = arrived(1);
    settlements.ack(1);
    settlements.take();
    settlements.add(2);
    settlements.add(3);
    settlements.ack(3);
    expect(settlements.take()).toEqual({ ...NOTHING, acks: [3] });
    settlements.ack(2);
    expect(settlements.take()).toEqual({ ...NOTHING, ackUpTo: 2 });
  });

  it('write each settlement once, whatever the order, and none that was not asked for', () => {
    for (let seed = 1; seed <= 200; seed += 1) expect(playedBack(seed)).toBe('all settled, none twice, none unasked');
  });
});

/** Settles in a random order, takes at random, and plays the frames to what a broker would make of them. */
function playedBack(seed: number): string {
  let state = seed;
  const random = (): number => ((state = (state * 16_807) % 2_147_483_647) - 1) / 2_147_483_646;
  const settlements = new Settlements();
  const open = new Set<number>();
  const asked = new Map<number, 'ack' | 'release'>();
  const unsettled: number[] = [];
  const write = (tag: number, how: 'ack' | 'release'): void => {
    if (asked.get(tag) !== how || !open.delete(tag))
      throw new Error(`seed ${seed}: ${how} of ${tag}, which was ${asked.get(tag) ?? 'not asked for'}`);
  };
  const take = (): void => {
    const { ackUpTo, acks, releases } = settlements.take();
    for (const tag of releases) write(tag, 'release');
    if (ackUpTo !== undefined) for (const tag of [...open].filter((one) => one <= ackUpTo)) write(tag, 'ack');
    for (const tag of acks) write(tag, 'ack');
  };
  for (let tag = 1; tag <= 60; tag += 1) {
    settlements.add(tag);
    open.add(tag);
    unsettled.push(tag);
    while (unsettled.length > 0 && random() < 0.5) {
      const [one] = unsettled.splice(Math.floor(random() * unsettled.length), 1) as [number];
      const how = random() < 0.2 ? 'release' : 'ack';
      asked.set(one, how);
      settlements[how](one);
    }
    if (random() < 0.3) take();
  }
  for (const tag of unsettled) {
    asked.set(tag, 'ack');
    settlements.ack(tag);
  }
  take();
  return open.size === 0 ? 'all settled, none twice, none unasked' : `${open.size} were not written`;
}
