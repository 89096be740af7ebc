import { describe, expect, it } from 'vitest';
import type { Return } from '../../src/recoverability/decide-trial.ts';
import { decideTrial, readTrialMark, writeTrialMark } from '../../src/recoverability/decide-trial.ts';

const arrived: Return = { deliveries: 1, mark: undefined, askedFor: 0, isKnown: false };
const handle = { kind: 'handle' };
const alone = { kind: 'try-alone' };
const suspect = (crashes: number): object => ({ kind: 'suspect', crashes });
const dead = (crashes: number): object => ({ kind: 'dead-letter', crashes });
const mark = (number: number, deliveries = 1): Return['mark'] => ({ number, deliveries });

describe('decideTrial', () => {
  it.each<[string, Partial<Return>, object, object]>([
    // where the broker knows only that it came before, and where it counts
    ['a first arrival', {}, handle, handle],
    ['a return', { deliveries: 2 }, suspect(0), handle],
    ['a second return', { deliveries: 3 }, suspect(0), suspect(0)],
    ['redeliveries in place that we asked for', { deliveries: 3, askedFor: 2 }, handle, handle],
    ['returns beside those', { deliveries: 5, askedFor: 2 }, suspect(0), suspect(0)],
    ['a return of what this process held', { deliveries: 9, isKnown: true }, handle, handle],
    ['a marked copy', { mark: mark(1) }, alone, alone],
    ['a marked copy that came back', { deliveries: 2, mark: mark(1) }, suspect(1), suspect(1)],
    ['the second trial that came back', { deliveries: 2, mark: mark(2) }, suspect(2), suspect(2)],
    ['the last trial that came back', { deliveries: 2, mark: mark(3) }, dead(3), dead(3)],
    ['more trials than are allowed by now', { deliveries: 2, mark: mark(7) }, dead(7), dead(7)],
    ['the last trial that this process lost', { deliveries: 2, mark: mark(3), isKnown: true }, alone, alone],
    ['a mark in place', { deliveries: 4, mark: mark(1, 4) }, alone, alone],
    ['a mark in place that came back', { deliveries: 5, mark: mark(1, 4) }, suspect(1), suspect(1)],
    ['one that has stood its trial and failed', { mark: mark(0) }, handle, handle],
    ['that one, come back twice', { deliveries: 3, mark: mark(0) }, suspect(0), suspect(0)],
    ['that one in place, not come back', { deliveries: 6, mark: mark(0, 6) }, handle, handle],
  ])('%s', (_what, change, withFlag, withCount) => {
    expect(decideTrial({ ...arrived, ...change }, { maxCrashes: 3, tolerated: 0 })).toEqual(withFlag);
    expect(decideTrial({ ...arrived, ...change }, { maxCrashes: 3, tolerated: 1 })).toEqual(withCount);
  });

  it('reads what it has written, and no nonsense', () => {
    expect(readTrialMark(writeTrialMark({ number: 2, deliveries: 5 }))).toEqual({ number: 2, deliveries: 5 });
    for (const text of [undefined, '', '2', '2/', '2/0', '2/-1', '2/1/1', 'x/y', '1/1e3']) expect(readTrialMark(text)).toBeUndefined();
  });
});
