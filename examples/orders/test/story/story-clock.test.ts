import type { BusEvent } from '@waybill/core';
import { describe, expect, it } from 'vitest';

import { STORY_BEGINS, StoryClock } from '../../src/story/story-clock.ts';

function clockAt() {
  const real = { ms: 0, monotonic: () => real.ms };
  const clock = new StoryClock(real);
  const message = { messageId: '1', endpoint: 'payments' } as BusEvent['message'];
  const started = (): void => clock.onEvent({ kind: 'attempt-started', message });
  const failed = (delayMs: number): void =>
    clock.onEvent({ kind: 'attempt-failed', message, error: 'no answer', next: 'redeliver', delayMs });
  return { clock, real, started, failed, passed: () => clock.now() - STORY_BEGINS };
}

describe('the clock of a story on a real clock', () => {
  it('stands while something is done, and moves by the wait that was asked for', () => {
    const { real, started, failed, passed } = clockAt();
    started();
    real.ms = 700;
    failed(30_000);
    expect(passed()).toBe(0);
    real.ms = 31_234; // late by half a second
    started();
    expect(passed()).toBe(30_000);
  });

  it('does not hide a message that comes too early', () => {
    const { real, started, failed, passed } = clockAt();
    failed(30_000);
    real.ms = 20_000;
    started();
    expect(passed()).toBe(20_000);
    failed(30_000);
    real.ms += 29_998; // as timers are
    started();
    expect(passed()).toBe(50_000);
  });

  it('lets time pass from where it was let pass before, and never goes back', () => {
    const { clock, real, started, failed, passed } = clockAt();
    failed(90_000);
    real.ms = 90_000;
    started();
    clock.pass(60_000);
    expect(passed()).toBe(90_000);
    clock.pass(60_000);
    expect(passed()).toBe(120_000);
  });
});
