import type { TransportCase } from '../../transport-case.ts';

/** Counting, listing and taking dead letters. */
export const DEAD_LETTERS_CASES: readonly TransportCase[] = [];
