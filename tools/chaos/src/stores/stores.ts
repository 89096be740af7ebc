import { postgresChaos } from './postgres.ts';
import type { ChaosStore } from './store.ts';

/** All that chaos can be made with. */
export const STORES = Object.freeze({ postgres: postgresChaos }) satisfies Readonly<Record<string, ChaosStore>>;

export type StoreName = keyof typeof STORES;

export const STORE_NAMES = Object.keys(STORES) as readonly StoreName[];

export function storeNamed(name: StoreName): ChaosStore {
  return STORES[name];
}
