import { isBusError } from '@waybill/core';
import { expect, it } from 'vitest';
import type { MemoryStore } from '../src/index.ts';
import { openStore } from './support/open-store.ts';

/** A transaction that has written the row `a`, until it is told to commit. */
async function holder(store: MemoryStore): Promise<() => Promise<void>> {
  let commit = (): void => undefined;
  const told = new Promise<void>((resolve) => (commit = resolve));
  let hasIt = (): void => undefined;
  const holds = new Promise<void>((resolve) => (hasIt = resolve));
  const held = store.transact(async (tx) => {
    await tx.table('t').set('a', 1);
    hasIt();
    await told;
  });
  await holds;
  return () => {
    commit();
    return held;
  };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it succeeded',
    (error: unknown) => (isBusError(error) ? error.code : error),
  );

it('one transaction may wait for a row with several statements, which then run in their order', async () => {
  const { store } = await openStore();
  const commit = await holder(store);
  const two = store.transact((tx) => Promise.all([tx.table('t').set('a', 2), tx.table('t').set('a', 3)]));
  const three = store.transact(async (tx) =>
    tx.table('t').set(
      'b',
      await tx
        .table('t')
        .set('a', 4)
        .then(() => tx.table('t').get('a')),
    ),
  );
  await commit();
  expect(await Promise.all([codeOf(two), codeOf(three)])).toEqual(['it succeeded', 'it succeeded']);
  expect(store.rows('t')).toEqual(
    new Map([
      ['a', 4],
      ['b', 4],
    ]),
  );
});

it('the last of several statements of a transaction on one row counts', async () => {
  const { store } = await openStore();
  const commit = await holder(store);
  const two = store.transact((tx) => Promise.all([tx.table('t').set('a', 2), tx.table('t').delete('a'), tx.table('t').set('a', 3)]));
  await commit();
  expect(await codeOf(two)).toBe('it succeeded');
  expect(store.rows('t').get('a')).toBe(3);
});

it('a statement that still waits when its transaction commits fails as one after its end', async () => {
  const { store } = await openStore();
  const commit = await holder(store);
  const late: Promise<unknown>[] = [];
  await store.transact(async (tx) => {
    late.push(codeOf(tx.table('t').set('a', 9)));
  });
  expect(await Promise.all(late)).toEqual(['NO_TRANSACTION']);
  await commit();
  expect(store.rows('t').get('a')).toBe(1);
});
