import { systemRuntime } from '@waybill/core';
import { expect, it, vi } from 'vitest';
import { StoreOnPostgres } from '../src/postgres-store.ts';
import { entryOf, gate } from './support/bench.ts';

/** A store over a database that answers nothing by itself; what it is told stands in `said`, that of transactions with their name. */
async function open() {
  const said: string[] = [];
  const answers: (() => void)[] = [];
  const store = new StoreOnPostgres<string>({
    schema: 'waybill',
    notify: true,
    acquireTimeoutMs: 1_000,
    runtime: systemRuntime(),
    transactions: {
      run: async (work) => {
        const result = await work('own');
        said.push('commit');
        return result;
      },
      query: async (tx, text) => {
        said.push(`${tx}: ${text.includes('pg_notify') ? 'add and notify' : 'add'}`);
        return [];
      },
    },
    background: {
      query: async (text, values) => {
        if (!text.includes('pg_notify')) return [];
        said.push(`notify ${String(values[1])}`);
        return new Promise((resolve) => answers.push(() => resolve([])));
      },
      transact: async (work) => work(async () => []),
      listen: () => () => undefined,
      close: async () => undefined,
    },
  });
  await store.open({ runtime: systemRuntime(), provisioning: 'assume' });
  const add = (scope: string): Promise<void> => store.transact((tx) => store.outbox.add(tx, scope, [entryOf('a')]));
  return { store, said, answers, add };
}

it('tells of what its own transactions added after their commit, which so holds up no other', async () => {
  const { said, add } = await open();
  await add('orders');
  expect(said).toEqual(['own: add', 'commit', 'notify ["orders"]']);
});

it('tells of all that is committed while a notice is under way by one more', async () => {
  const { said, answers, add } = await open();
  for (const scope of ['a', 'b', 'b', 'c']) await add(scope);
  expect(said.filter((line) => line.startsWith('notify'))).toEqual(['notify ["a"]']);
  answers.shift()?.();
  await vi.waitFor(() => expect(said.at(-1)).toBe('notify ["b","c"]'));
});

it('tells of nothing that was rolled back, or that added nothing', async () => {
  const { store, said } = await open();
  const failed = store.transact(async (tx) => {
    await store.outbox.add(tx, 'orders', [entryOf('a')]);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await store.transact(async () => undefined);
  expect(said).toEqual(['own: add', 'commit']);
});

it('leaves the telling to the commit of a transaction of the application, also within one of its own', async () => {
  const { store, said } = await open();
  await store.transact(() => store.outbox.add('theirs', 'orders', [entryOf('a')]));
  expect(said).toEqual(['theirs: add and notify', 'commit']);
});

it('tells with the commit of a transaction that was begun on the same connection after its own had ended, from within its work', async () => {
  const { store, said } = await open();
  const ended = gate();
  const after: Promise<void>[] = [];
  await store.transact(async (tx) => {
    after.push(ended.opened.then(() => store.outbox.add(tx, 'orders', [entryOf('a')])));
  });
  ended.open();
  await Promise.all(after);
  expect(said).toEqual(['commit', 'own: add and notify']);
});
