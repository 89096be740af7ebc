import { describe, expect, it } from 'vitest';
import { isBusError } from '@waybill/core';
import { storeClock, type Isolation } from '@waybill/core/persistence';
import { memoryStore, type MemoryStore, type MemoryTransaction } from '../src/index.ts';
import { entryOf, openStore } from './support/open-store.ts';

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const set = (store: MemoryStore, key: string, value: number, isolation: Isolation = 'read-committed'): Promise<void> =>
  store.transact((tx) => tx.table<number>('t').set(key, value), { isolation });

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
    return 'it succeeded';
  } catch (error) {
    return isBusError(error) ? error.code : error;
  }
};

describe('the tables of a memory store', () => {
  it('show nothing of a transaction before its commit, and all of it after', async () => {
    const { store } = await openStore();
    await store.transact(async (tx) => {
      await tx.table('t').set('a', 1);
      expect(await tx.table('t').get('a')).toBe(1);
      expect(await tx.table('t').entries()).toEqual([['a', 1]]);
      expect(store.rows('t').size).toBe(0);
      expect(await store.transact((other) => other.table('t').entries())).toEqual([]);
    });
    expect(Array.from(store.rows('t'))).toEqual([['a', 1]]);
  });

  it('keep nothing of a transaction that failed, and the error is passed on as it is', async () => {
    const { store } = await openStore();
    await set(store, 'a', 1);
    const error = new Error('no');
    const failed = store.transact(async (tx) => {
      await tx.table('t').set('a', 2);
      await tx.table('t').set('b', 2);
      await tx.table('t').delete('a');
      throw error;
    });
    expect(await codeOf(failed)).toBe(error);
    expect(Array.from(store.rows('t'))).toEqual([['a', 1]]);
  });

  it('remove rows, and nothing that is put in or taken out is shared', async () => {
    const { store } = await openStore();
    const value = { lines: [1] };
    await store.transact(async (tx) => {
      await tx.table<typeof value>('t').set('a', value);
      value.lines.push(2);
      (await tx.table<typeof value>('t').get('a'))?.lines.push(3);
    });
    store.rows<typeof value>('t').get('a')?.lines.push(4);
    expect(store.rows('t').get('a')).toEqual({ lines: [1] });
    await store.transact((tx) => tx.table('t').delete('a'));
    expect(store.rows('t').size).toBe(0);
  });

  it('make the second writer of a row wait for the end of the first', async () => {
    const { store } = await openStore();
    const first = gate();
    const order: string[] = [];
    const one = store.transact(async (tx) => {
      await tx.table('t').set('a', 1);
      await first.opened;
      order.push('one');
    });
    const two = store.transact(async (tx) => {
      await tx.table('t').set('a', 2);
      order.push('two');
    });
    first.open();
    await Promise.all([one, two]);
    expect(order).toEqual(['one', 'two']);
    expect(store.rows('t').get('a')).toBe(2);
  });
});

/** Two transactions that write two rows, each in its own order, and do so at the same time. */
async function crossing(store: MemoryStore, swallow: (error: unknown) => void): Promise<readonly unknown[]> {
  const bothHaveOne = gate();
  let count = 0;
  const crossed = (first: string, second: string) => async (tx: MemoryTransaction) => {
    await tx.table('t').set(first, first);
    count += 1;
    if (count === 2) bothHaveOne.open();
    await bothHaveOne.opened;
    await tx.table('t').set(second, first).catch(swallow);
    return 'committed';
  };
  return Promise.all([codeOf(store.transact(crossed('a', 'b')).then(() => 'it succeeded')), codeOf(store.transact(crossed('b', 'a')))]);
}

describe('conflicts', () => {
  it('end one of two transactions that wait for each other, however its work wraps or swallows that', async () => {
    for (const swallow of [
      (error: unknown) => {
        throw error;
      },
      (error: unknown) => {
        throw new Error('wrapped', { cause: error });
      },
      () => undefined,
    ]) {
      const { store } = await openStore();
      expect(await crossing(store, swallow)).toEqual(['it succeeded', 'TRANSACTION_CONFLICT']);
      expect(Array.from(store.rows('t'))).toEqual([
        ['a', 'a'],
        ['b', 'a'],
      ]);
    }
  });

  it.each(['repeatable-read', 'serializable'] as const)(
    'end a transaction of %s that writes what has changed since it read',
    async (isolation) => {
      const { store } = await openStore();
      await set(store, 'a', 1);
      const late = store.transact(
        async (tx) => {
          expect(await tx.table('t').get('a')).toBe(1);
          await set(store, 'a', 2);
          expect(await tx.table('t').get('a')).toBe(1);
          await tx.table('t').set('a', 3);
        },
        { isolation },
      );
      expect(await codeOf(late)).toBe('TRANSACTION_CONFLICT');
      expect(store.rows('t').get('a')).toBe(2);
    },
  );

  it.each([
    ['read-committed', 'it succeeded'],
    ['repeatable-read', 'it succeeded'],
    ['serializable', 'TRANSACTION_CONFLICT'],
  ] as const)('of a write that rests on an outdated read: %s %s', async (isolation, outcome) => {
    const { store } = await openStore();
    const skewed = store.transact(
      async (tx) => {
        if ((await tx.table('t').entries()).length === 0) await tx.table('t').set('mine', 1);
        await set(store, 'theirs', 1, isolation);
      },
      { isolation },
    );
    expect(await codeOf(skewed)).toBe(outcome);
  });

  it('end one of those that wait for each other only since a row was passed on', async () => {
    const { store } = await openStore();
    const holds = gate();
    const queued = gate();
    const holder = store.transact(async (tx) => {
      await tx.table('t').set('x', 'holder');
      holds.open();
      await queued.opened;
    });
    await holds.opened;
    const second = store.transact(async (tx) => {
      await tx.table('t').set('y', 'second');
      const both = store.transact((other) => Promise.all([other.table('t').set('x', 'both'), other.table('t').set('y', 'both')]));
      const waits = tx.table('t').set('x', 'second');
      queued.open();
      await Promise.all([waits, holder]);
      return both;
    });
    expect(await codeOf(second)).toBe('TRANSACTION_CONFLICT');
    await set(store, 'z', 1);
    expect(Array.from(store.rows('t'))).toEqual([
      ['x', 'both'],
      ['y', 'both'],
      ['z', 1],
    ]);
  });

  it('are none for a row that was written and read back often, also with older readers', async () => {
    const { store } = await openStore();
    const readers = gate();
    await set(store, 'a', 0);
    const old = store.transact(
      async (tx) => {
        await tx.table('t').get('a');
        await readers.opened;
        return tx.table('t').get('a');
      },
      { isolation: 'repeatable-read' },
    );
    for (let value = 1; value <= 5; value += 1) await set(store, 'a', value);
    readers.open();
    expect(await old).toBe(0);
    expect(store.rows('t').get('a')).toBe(5);
  });
});

describe('the end of a transaction', () => {
  it('refuses what its work still does, at its rows too', async () => {
    const { store } = await openStore();
    const kept: MemoryTransaction[] = [];
    await store.transact(async (tx) => void kept.push(tx));
    const [tx] = kept as [MemoryTransaction];
    expect(await codeOf(tx.table('t').set('a', 1))).toBe('NO_TRANSACTION');
    expect(await codeOf(store.outbox.add(tx, 's', [entryOf('late')]))).toBe('NO_TRANSACTION');
    expect(await store.outbox.status({ scope: 's', now: storeClock })).toMatchObject({ waiting: 0 });
  });

  it('comes at once with an abort: rows are free, what waits is given up, and nothing is stored', async () => {
    const { store } = await openStore();
    const abort = new AbortController();
    const late = gate();
    const done = gate();
    const aborted = store.transact(
      async (tx) => {
        await tx.table('t').set('a', 1);
        await late.opened;
        expect(await codeOf(tx.table('t').set('b', 1))).toBe('NO_TRANSACTION');
        done.open();
      },
      { signal: abort.signal },
    );
    const reason = new Error('enough');
    abort.abort(reason);
    expect(await codeOf(aborted)).toBe(reason);
    await set(store, 'a', 2);
    late.open();
    await done.opened;
    expect(Array.from(store.rows('t'))).toEqual([['a', 2]]);
    expect(await codeOf(store.transact(async () => expect.unreachable('it was run'), { signal: abort.signal }))).toBe(reason);
  });

  it('ends what waits for a row, with the reason of the abort', async () => {
    const { store } = await openStore();
    const hold = gate();
    const holder = store.transact(async (tx) => {
      await tx.table('t').set('a', 1);
      await hold.opened;
    });
    const abort = new AbortController();
    const reason = new Error('enough');
    const waiting: Promise<unknown>[] = [];
    const aborted = store.transact(
      (tx) => {
        waiting.push(codeOf(tx.table('t').set('a', 2)));
        return waiting[0] as Promise<unknown>;
      },
      { signal: abort.signal },
    );
    abort.abort(reason);
    expect(await codeOf(aborted)).toBe(reason);
    expect(await waiting[0]).toBe(reason);
    hold.open();
    await holder;
    await set(store, 'a', 3);
    expect(store.rows('t').get('a')).toBe(3);
  });

  it('is known to whoever asks whether one is open', async () => {
    const { store } = await openStore();
    const after: (() => boolean)[] = [];
    expect(store.inTransaction()).toBe(false);
    await store.transact(async () => {
      await Promise.resolve();
      expect(store.inTransaction()).toBe(true);
      after.push(() => store.inTransaction());
    });
    expect(store.inTransaction()).toBe(false);
  });
});

describe('the life of a memory store', () => {
  it('begins with the first open and ends with the last close; what it holds stays', async () => {
    const { store, runtime } = await openStore();
    await store.open({ runtime, provisioning: 'apply' });
    await set(store, 'a', 1);
    await store.close();
    await set(store, 'a', 2);
    await store.close();
    expect(await codeOf(set(store, 'a', 3))).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(store.outbox.held({ scope: 's', limit: 1 }))).toBe('STORE_UNAVAILABLE');
    expect(store.rows('t').get('a')).toBe(2);
    await store.close();
    await store.open({ runtime, provisioning: 'apply' });
    await set(store, 'a', 4);
    expect(await codeOf(memoryStore().transact(() => Promise.resolve()))).toBe('STORE_UNAVAILABLE');
  });

  it('does not begin with an open that was aborted', async () => {
    const store = memoryStore();
    const { runtime } = await openStore();
    expect(await codeOf(store.open({ runtime, provisioning: 'apply', signal: AbortSignal.abort('no') }))).toBe('no');
    expect(await codeOf(set(store, 'a', 1))).toBe('STORE_UNAVAILABLE');
  });
});
