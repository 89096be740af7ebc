import { storeClock } from '@waybill/core/persistence';
import { systemRuntime } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import { storeNow } from '../../src/persistence/store-clock.ts';
import { manualRuntime } from '../support/manual-runtime.ts';

describe('the instant that a store is given', () => {
  it('is left to the store where time is real, so that no two processes disagree', () => {
    expect(storeNow(systemRuntime())).toBe(storeClock);
  });

  it('is the runtime’s where time is virtual', () => {
    expect(storeNow(manualRuntime(5_000))).toBe(5_000);
  });
});
