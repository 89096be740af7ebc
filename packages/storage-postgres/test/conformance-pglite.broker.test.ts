import { PgliteHarness } from './pglite-harness.ts';
import { testConformance } from './support/conformance.ts';

/** Needs two transactions at once. */
const NEEDS_TWO = {
  10: 'not offered',
  18: 'not offered',
  19: 'not offered',
  20: 'not offered',
  30: 'not offered',
  34: 'not offered',
} as const;
/** Needs a connection that could break, or a server that could go. */
const NEEDS_SERVER = { 70: 'not offered', 71: 'not offered', 72: 'not offered' } as const;

testConformance('pglite', () => PgliteHarness.open(), { ...NEEDS_TWO, ...NEEDS_SERVER, 16: 'refused' });
