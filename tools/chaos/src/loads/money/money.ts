import { storeClock } from '@waybill/core/persistence';

import { storeOf } from '../../children/child.ts';
import { SCOPE } from '../../stores/scope.ts';
import type { Load } from '../load.ts';
import { balances, entriesOf } from './accounts.ts';
import { CONCURRENCY, Transferred } from './contracts.ts';
import { Handlers } from './handlers.ts';
import { transferSenders } from './transfers.ts';

const CLAIMS_AT_ONCE = 1_000;

/** Money moves between accounts of a database: each transfer that is committed takes effect once, and each that is rolled back never. */
export const moneyLoad: Load = {
  concurrency: CONCURRENCY,
  sendMs: 30_000, // a transaction waits for others that hold its account, and these for a process or a database that stands still
  producer: () => ({ relay: false }),
  consumer: ({ history }) => {
    const handlers = new Handlers(history);
    return { endpoints: handlers.endpoints(), middleware: [handlers.middleware], publishes: [Transferred] };
  },
  senders: transferSenders,
  audit: async (child) => {
    const { history } = child;
    const { pool, store } = storeOf(child);
    for (const table of ['debit', 'credit', 'ledger'] as const) {
      for (const { transfer, count, account, move } of await entriesOf(pool, table))
        history.write({ kind: 'entry', id: transfer, table, count, ...(account !== null && { account }), ...(move !== null && { move }) });
    }
    for (const balance of await balances(pool)) history.write({ kind: 'balance', ...balance });
    for (;;) {
      const count = await store.inbox.prune({ scope: SCOPE, olderThanMs: 0, limit: CLAIMS_AT_ONCE, now: storeClock });
      history.write({ kind: 'claims', count });
      if (count < CLAIMS_AT_ONCE) break;
    }
  },
};
