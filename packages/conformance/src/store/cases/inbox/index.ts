import type { StoreCase } from '../../store-case.ts';

/** What was handled once. */
export const INBOX_CASES: readonly StoreCase[] = [];
