import { type StoreNow, storeClock } from '@waybill/core/persistence';

/** The instant as a value of a statement; `null` lets the database take its own clock. */
export const atOf = (now: StoreNow): number | null => (now === storeClock ? null : now);
