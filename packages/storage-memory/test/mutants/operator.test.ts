import { describe } from 'vitest';
import type { HeldOptions, HeldRow, OutboxStatus } from '@waybill/core/persistence';
import { storing, testMutants, type Outbox, type Store } from '../support/mutant.ts';

const deciding = (store: Store, change: (outbox: Outbox) => Outbox['decide']): Partial<Store> =>
  storing(store, (outbox) => ({ decide: change(outbox) }));

const listing = (store: Store, change: (options: HeldOptions) => Partial<HeldOptions>): Partial<Store> =>
  storing(store, (outbox) => ({ held: (options) => outbox.held({ ...options, ...change(options) }) }));

const showing = (store: Store, change: (rows: readonly HeldRow[]) => readonly HeldRow[]): Partial<Store> =>
  storing(store, (outbox) => ({ held: async (options) => change(await outbox.held(options)) }));

const counting = (store: Store, change: (status: OutboxStatus) => Partial<OutboxStatus>): Partial<Store> =>
  storing(store, (outbox) => ({
    status: async (options) => {
      const status = await outbox.status(options);
      return { ...status, ...change(status) };
    },
  }));

describe('the cases of operators catch', () => {
  testMutants([
    {
      does: 'parks nothing',
      caughtBy: [57],
      breaks: (store) =>
        deciding(store, (outbox) => async (scope, sequence, decision) => decision === 'park' || outbox.decide(scope, sequence, decision)),
    },
    {
      does: 'parks what is to be removed',
      caughtBy: [57, 58],
      breaks: (store) =>
        deciding(
          store,
          (outbox) => (scope, sequence, decision) => outbox.decide(scope, sequence, decision === 'discard' ? 'park' : decision),
        ),
    },
    {
      does: 'removes what is to be tried again',
      caughtBy: [57],
      breaks: (store) =>
        deciding(
          store,
          (outbox) => (scope, sequence, decision) => outbox.decide(scope, sequence, decision === 'retry' ? 'discard' : decision),
        ),
    },
    {
      does: 'says true whatever there is',
      caughtBy: [56, 58, 66],
      breaks: (store) =>
        deciding(store, (outbox) => async (scope, sequence, decision) => {
          await outbox.decide(scope, sequence, decision);
          return true;
        }),
    },
    { does: 'begins every page with the first row', caughtBy: [59], breaks: (store) => listing(store, () => ({ after: undefined })) },
    { does: 'has pages of any length', caughtBy: [59], breaks: (store) => listing(store, () => ({ limit: 1_000 })) },
    { does: 'lists the newest first', caughtBy: [59], breaks: (store) => showing(store, (rows) => rows.toReversed()) },
    {
      does: 'does not list what is parked',
      caughtBy: [57, 59],
      breaks: (store) => showing(store, (rows) => rows.filter(({ state }) => state === 'held')),
    },
    {
      does: 'shows no reason',
      caughtBy: [59, 61],
      breaks: (store) => showing(store, (rows) => rows.map((row) => ({ ...row, reason: '' }))),
    },
    {
      does: 'shows the wrong state',
      caughtBy: [57, 59],
      breaks: (store) => showing(store, (rows) => rows.map((row) => ({ ...row, state: 'held' }))),
    },
    { does: 'does not know how old the oldest is', caughtBy: [60], breaks: (store) => counting(store, () => ({ oldestMs: 0 })) },
    {
      does: 'counts what is held as waiting',
      caughtBy: [60],
      breaks: (store) => counting(store, ({ waiting, held }) => ({ waiting: waiting + held })),
    },
    {
      does: 'counts what is delayed as waiting',
      caughtBy: [35, 60],
      breaks: (store) => counting(store, ({ waiting, delayed }) => ({ waiting: waiting + delayed, delayed: 0 })),
    },
    {
      does: 'marks nothing where a reason is long',
      caughtBy: [61],
      breaks: (store) =>
        storing(store, (outbox) => ({
          markFailed: (relay, failures) =>
            outbox.markFailed(
              relay,
              failures.filter(({ reason }) => reason.length <= 1_000),
            ),
        })),
    },
  ]);
});
