import { expect, it } from 'vitest';
import { overlay, runStoreCase, STORE_CASES } from '@waybill/conformance';
import type { IInboxStore, IOutboxStore, IStore } from '@waybill/core/persistence';
import type { MemoryTransaction } from '../../src/index.ts';
import { memoryHarness } from './memory-harness.ts';

export type Store = IStore<MemoryTransaction>;
export type Outbox = IOutboxStore<MemoryTransaction>;
export type Inbox = IInboxStore<MemoryTransaction>;

/** A memory store with one thing broken, and the cases that must see it. */
export interface Mutant {
  /** What it does, after "a store that". */
  readonly does: string;
  /** The numbers of the cases that must fail. */
  readonly caughtBy: readonly number[];
  /** What it does instead; everything else is the store's own. */
  readonly breaks: (store: Store) => Partial<Store>;
}

/** One test per mutant: each of its cases is proven by the sound store and fails, with a sentence, on the broken one. */
export function testMutants(mutants: readonly Mutant[]): void {
  it.each(mutants)('a store that $does', { timeout: 20_000 }, async ({ caughtBy, breaks }) => {
    for (const number of caughtBy) {
      const one = STORE_CASES.find((found) => found.number === number);
      if (one === undefined) throw new Error(`there is no case ${number}`);
      expect(await runStoreCase(one, memoryHarness())).toBe('proven');
      const broken = { ...memoryHarness((store) => overlay(store, breaks(store))), patienceMs: 300 };
      await expect(runStoreCase(one, broken), `case ${number}: ${one.name}`).rejects.toThrow('conformance:');
    }
  });
}

/** Breaks the outbox. */
export const storing = (store: Store, change: (outbox: Outbox) => Partial<Outbox>): Partial<Store> => ({
  outbox: overlay(store.outbox, change(store.outbox)),
});

/** Breaks the inbox. */
export const claiming = (store: Store, change: (inbox: Inbox) => Partial<Inbox>): Partial<Store> => ({
  inbox: overlay(store.inbox, change(store.inbox)),
});
