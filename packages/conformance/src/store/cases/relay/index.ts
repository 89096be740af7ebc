import type { StoreCase } from '../../store-case.ts';

/** Slots, leases and fences: what a relay may send, and what becomes of it. */
export const RELAY_CASES: readonly StoreCase[] = [];
