import { describe, expect, it } from 'vitest';
import type { Return, TrialMark } from '../../src/recoverability/decide-trial.ts';
import { decideTrial, readTrialMark, writeTrialMark } from '../../src/recoverability/decide-trial.ts';

const arrived: Return = { deliveries: 1, mark: undefined, askedFor: 0, isKnown: false };
const handle = { kind: 'handle' };
const suspect = (returns: number, crashes = 0): object => ({ kind: 'suspect', returns, crashes });
const count = (returns: number): object => ({ kind: 'count', returns, crashes: 0 });
const alone = (returns: number, crashes = 0): object => ({ kind: 'try-alone', returns, crashes });
const dead = (returns: number, crashes: number): object => ({ kind: 'dead-letter', returns, crashes });
const mark = (returns: number, crashes = 0, deliveries = 1): Return['mark'] => ({ returns, crashes, deliveries, isAlone: false });
const trial = (returns: number, crashes = 0, deliveries = 1): Return['mark'] => ({ returns, crashes, deliveries, isAlone: true });

describe('decideTrial', () => {
  it.each<[string, Partial<Return>, object, object]>([
    // where the broker counts, and where it knows only that it came before
    ['a first arrival', {}, handle, handle],
    ['a return', { deliveries: 2 }, handle, count(1)],
    ['a second return', { deliveries: 3 }, handle, count(2)],
    ['a third return', { deliveries: 4 }, suspect(3), suspect(3)],
    ['redeliveries in place that we asked for', { deliveries: 5, askedFor: 4 }, handle, handle],
    ['returns beside those', { deliveries: 8, askedFor: 4 }, suspect(3), suspect(3)],
    ['a return of what this process held', { deliveries: 9, isKnown: true }, handle, handle],
    ['a copy that tells of returns', { mark: mark(2) }, handle, handle],
    ['that one, come back', { deliveries: 2, mark: mark(2) }, suspect(3), suspect(3)],
    ['that one, come back from this process', { deliveries: 2, mark: mark(2), isKnown: true }, handle, handle],
    ['a suspect that was sent away', { mark: mark(3) }, suspect(3), suspect(3)],
    ['a suspect that came back before its trial', { deliveries: 2, mark: mark(3, 1) }, suspect(4, 1), suspect(4, 1)],
    ['a marked copy', { mark: trial(3) }, alone(3), alone(3)],
    ['a marked copy that came back', { deliveries: 2, mark: trial(3) }, suspect(3, 1), suspect(3, 1)],
    ['the second trial', { mark: trial(3, 1) }, alone(3, 1), alone(3, 1)],
    ['the second trial that came back', { deliveries: 2, mark: trial(3, 1) }, suspect(3, 2), suspect(3, 2)],
    ['the third trial that came back', { deliveries: 2, mark: trial(3, 2) }, dead(3, 3), dead(3, 3)],
    ['the third trial that this process lost', { deliveries: 2, mark: trial(3, 2), isKnown: true }, alone(3, 2), alone(3, 2)],
    ['a trial in place', { deliveries: 4, mark: trial(3, 0, 4) }, alone(3), alone(3)],
    ['a trial in place that came back', { deliveries: 5, mark: trial(3, 0, 4) }, suspect(3, 1), suspect(3, 1)],
    ['one that was handled to an end and failed', { mark: mark(0) }, handle, handle],
    ['that one, come back', { deliveries: 2, mark: mark(0) }, handle, count(1)],
    ['that one in place, not come back', { deliveries: 6, mark: mark(0, 0, 6) }, handle, handle],
  ])('%s', (_what, change, withCount, withFlag) => {
    expect(decideTrial({ ...arrived, ...change }, { maxCrashes: 3, countsByMark: false })).toEqual(withCount);
    expect(decideTrial({ ...arrived, ...change }, { maxCrashes: 3, countsByMark: true })).toEqual(withFlag);
  });

  it('reads what it has written, and no nonsense', () => {
    for (const written of [mark(2, 1, 5), trial(3)]) expect(readTrialMark(writeTrialMark(written as TrialMark))).toEqual(written);
    for (const text of [undefined, '', '2', '2/1', '2/1/', '2/1/0', '2/1/-1', '2/1/1/1', '2/1/1/alone/', 'x/y/z', '1/1/1e3'])
      expect(readTrialMark(text)).toBeUndefined();
  });
});
