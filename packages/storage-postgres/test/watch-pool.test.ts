import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { HeldConnections } from '../src/pg/held-connections.ts';
import type { PgConnection, PgPool } from '../src/pg/pg-client.ts';
import { watchPool } from '../src/pg/watch-pool.ts';
import type { OpenTransaction } from '../src/postgres-store.ts';

class Connection extends EventEmitter {
  query(_text: string): void {}
  release(): void {}
}

/** A pool with one connection, which is acquired again whenever somebody begins to watch. */
class OnePool extends EventEmitter {
  readonly client: Connection = new Connection();

  watch(open: AsyncLocalStorage<OpenTransaction> = new AsyncLocalStorage()): () => void {
    const end = watchPool(this as unknown as PgPool, open, new HeldConnections());
    this.emit('acquire', this.client as unknown as PgConnection);
    return end;
  }

  say(text: string): void {
    this.client.query(text);
  }
}

it('leaves nothing on a connection that several stores have watched, in whatever order they begin and end', () => {
  const pool = new OnePool();
  let endFirst = pool.watch();
  for (let round = 0; round < 3; round += 1) {
    const endSecond = pool.watch();
    endFirst();
    endFirst = pool.watch();
    endSecond();
  }
  expect(Object.hasOwn(pool.client, 'query')).toBe(true);
  endFirst();
  expect(Object.hasOwn(pool.client, 'query')).toBe(false);
  expect(pool.client.eventNames()).toEqual([]);
});

it('tells each store that watches of what the application begins, and none that has ended', () => {
  const pool = new OnePool();
  const [first, second] = [new AsyncLocalStorage<OpenTransaction>(), new AsyncLocalStorage<OpenTransaction>()];
  const seen = (): readonly unknown[] => [first.getStore()?.isOpen, second.getStore()?.isOpen];
  const endFirst = pool.watch(first);
  const endSecond = pool.watch(second);
  pool.say('begin');
  expect(seen()).toEqual([true, true]);
  endFirst();
  pool.say('commit');
  expect(seen()).toEqual([true, false]);
  endSecond();
});

it('stays under what somebody else has put over it, and is used again', () => {
  const pool = new OnePool();
  const end = pool.watch();
  const ours: unknown = Reflect.get(pool.client, 'query');
  const before = pool.client.query.bind(pool.client);
  Reflect.set(pool.client, 'query', (text: string) => before(text));
  end();
  const open = new AsyncLocalStorage<OpenTransaction>();
  const endAgain = pool.watch(open);
  pool.say('begin');
  expect(open.getStore()?.isOpen).toBe(true);
  Reflect.set(pool.client, 'query', ours);
  endAgain();
  expect(Object.hasOwn(pool.client, 'query')).toBe(false);
});
