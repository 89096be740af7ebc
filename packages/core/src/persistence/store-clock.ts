import type { Runtime } from '../runtime/runtime.ts';

/** Tells a store to use its own clock. Production does, so that no two processes disagree about what is due. */
export const storeClock = 'store-clock';

/** The instant that a comparing method uses: the store's own clock, or epoch milliseconds in tests. */
export type StoreNow = number | typeof storeClock;

/** The instant to give to a store: its own clock, unless the time of the runtime is not real. */
export function storeNow(runtime: Pick<Runtime, 'now' | 'isVirtual'>): StoreNow {
  return runtime.isVirtual === true ? runtime.now() : storeClock;
}
