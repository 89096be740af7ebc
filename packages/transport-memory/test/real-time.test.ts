import { describe, expect, it } from 'vitest';
import { runCase, TRANSPORT_CASES } from '@waybill/conformance';
import { memoryHarness } from './support/memory-harness.ts';

describe('in real time, where time cannot be skipped', () => {
  const groups = ['declaration', 'life', 'sending', 'topology'];
  const cases = TRANSPORT_CASES.filter(({ group, number }) => groups.includes(group) && number !== 49);
  it.concurrent.each(cases)('$group: $name', { timeout: 20_000 }, async (one) => {
    const verdict = await runCase(one, { ...memoryHarness(), virtualTime: false, quietMs: 10, patienceMs: 4_000 });
    expect(['proven', 'refused', 'not offered']).toContain(verdict);
  });
});
