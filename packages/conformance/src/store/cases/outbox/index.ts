import type { StoreCase } from '../../store-case.ts';

/** What is stored to be sent. */
export const OUTBOX_CASES: readonly StoreCase[] = [];
