import { describe, expect, it } from 'vitest';
import type { Command } from '@waybill/core';
import { defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IStore } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import { ConfigurationError } from '@waybill/core/transport';
import type { MemoryTransaction } from '@waybill/storage-memory';
import { unitBench } from './support/unit-bench.ts';
import { overlay } from './support/waiting.ts';

const Place: Command<{ readonly orderId: string }, string> = defineCommand('orders.place', { reply: true });
const Placed = defineEvent<{ readonly orderId: string }>('orders.placed');

type Store = IStore<MemoryTransaction>;
type Statement = 'claim' | 'keepResponse' | 'add';
const STATEMENTS = ['claim', 'keepResponse', 'add'] as const satisfies readonly Statement[];

const sqlError = (code: string, cause?: unknown): Error =>
  Object.assign(new Error(`on purpose ${code}`, { cause }), { code, severity: 'ERROR' });

/** A store of which one statement fails with these, one after another; then it is well. */
function failing(statement: Statement, errors: unknown[]): (store: Store) => Store {
  const orFail = async <Result>(which: Statement, work: () => Promise<Result>): Promise<Result> => {
    if (which === statement && errors.length > 0) throw errors.shift();
    return work();
  };
  return (store) =>
    overlay(store, {
      inbox: overlay(store.inbox, {
        claim: (...given) => orFail('claim', () => store.inbox.claim(...given)),
        keepResponse: (...given) => orFail('keepResponse', () => store.inbox.keepResponse(...given)),
      }),
      outbox: overlay(store.outbox, { add: (...given) => orFail('add', () => store.outbox.add(...given)) }),
    });
}

/** One message over a store that fails like this, and what became of it. */
async function outcomeOf(statement: Statement, errors: unknown[]) {
  const attempts: number[] = [];
  const place = handler(Place, async (order, context) => {
    attempts.push(context.attempt);
    await context.publish(Placed, order);
    return 'placed';
  });
  await using bench = await unitBench([endpoint('orders', { handlers: [place], recovery: { retries: 1 } })], {
    wrapStore: failing(statement, errors),
  });
  await bench.bus.send(Place, { orderId: 'a' });
  await bench.runtime.advance(120_000);
  const letters = (await bench.letters('orders')).length;
  const waited = bench.times('store.failed');
  return { published: bench.names().length, letters, attempts, waited };
}

describe.each(STATEMENTS)('where `%s` of the store fails,', (statement) => {
  const calls = (times: number): number => (statement === 'claim' ? 0 : times);

  it.each([
    ['a timeout of statements', sqlError('57014')],
    ['a timeout of locks', sqlError('55P03')],
    ['a database that only reads', sqlError('25006')],
    ['a missing table, wrapped by a mapper', new Error('Failed query', { cause: sqlError('42P01') })],
    ['an error without a code', new Error('Query read timeout')],
  ])('with %s, the unit is run again until it works, and no attempt counts', async (_, error) => {
    const { published, letters, attempts, waited } = await outcomeOf(
      statement,
      Array.from({ length: 20 }, () => error),
    );
    expect({ published, letters, attempts, waited }).toEqual({
      published: 1,
      letters: 0,
      attempts: Array.from({ length: calls(20) + 1 }, () => 1),
      waited: 20,
    });
  });

  it.each([
    ['what can never be stored', new ConfigurationError('OPTION_INVALID', 'on purpose')],
    ['a text that can never be stored', sqlError('22021')],
    ['what is too large for an index', new Error('Failed query', { cause: sqlError('54000') })],
    ['a list that is too long', new RangeError('Invalid string length')],
    ['a transaction that a swallowed failure has ended', sqlError('25P02', sqlError('57014'))],
    ['a transaction that stood open for too long', sqlError('25P04')],
    ['a transaction that was rolled back', new StoreError('TRANSACTION_ROLLED_BACK', 'on purpose')],
  ])('with %s, the attempts count', async (_, error) => {
    const { published, letters, attempts, waited } = await outcomeOf(
      statement,
      Array.from({ length: 20 }, () => error),
    );
    expect({ published, letters, attempts, waited }).toEqual({ published: 0, letters: 1, attempts: [1, 2].slice(0, calls(2)), waited: 0 });
  });

  it('with a conflict, it is run again three times', async () => {
    const conflicts = Array.from({ length: 3 }, () => new StoreError('TRANSACTION_CONFLICT', 'on purpose'));
    const { published, attempts } = await outcomeOf(statement, conflicts);
    expect([published, attempts]).toEqual([1, statement === 'claim' ? [4] : [1, 2, 3, 4]]);
  });
});

it('what the handler fails with is its own, also when it looks like a failure of the store', async () => {
  const calls: number[] = [];
  const place = handler(Place, (_, { attempt }) => {
    calls.push(attempt);
    throw sqlError('57014');
  });
  await using bench = await unitBench([endpoint('orders', { handlers: [place] })]);
  await bench.bus.send(Place, { orderId: 'a' });
  await bench.runtime.settle();
  expect([calls, (await bench.letters('orders')).length]).toEqual([[1], 1]);
});
