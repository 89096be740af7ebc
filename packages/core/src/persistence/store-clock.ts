/** Tells a store to use its own clock. Production does, so that no two processes disagree about what is due. */
export const storeClock = 'store-clock';

/** The instant that a comparing method uses: the store's own clock, or epoch milliseconds in tests. */
export type StoreNow = number | typeof storeClock;
