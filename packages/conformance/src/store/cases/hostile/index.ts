import type { StoreCase } from '../../store-case.ts';

/** Texts, bytes and numbers that break what is built of them. */
export const HOSTILE_CASES: readonly StoreCase[] = [];
