import type { StoreHarness } from '@waybill/conformance';
import { overlay } from '@waybill/conformance';
import type { IInboxStore, IOutboxStore, IStore } from '@waybill/core/persistence';
import { memoryStore, type MemoryTransaction } from '../../src/index.ts';

/** A harness of one memory store, which all processes share; `change` breaks it. A call of the ports counts as a statement. */
export function memoryHarness(
  change: (store: IStore<MemoryTransaction>) => IStore<MemoryTransaction> = (store) => store,
): StoreHarness<MemoryTransaction> {
  const store = memoryStore();
  let statements = 0;
  const count = (): void => void (statements += 1);
  const counted = overlay<IStore<MemoryTransaction>>(store, {
    outbox: countingOutbox(store.outbox, count),
    inbox: countingInbox(store.inbox, count),
  });
  const changed = change(counted);
  return {
    create: () => changed,
    virtualTime: true,
    tellsOthers: true,
    statements: () => statements,
    faults: {
      breakConnection: async () => void store.faults.breakTransactions(),
      loseCommit: async (isStored) => store.faults.loseCommits(1, isStored),
      goAway: async () => {
        const comeBack = store.faults.goAway();
        return async () => comeBack();
      },
    },
    data: {
      set: (tx, key, value) => tx.table<string>('data').set(key, value),
      get: (tx, key) => tx.table<string>('data').get(key),
      fail: async (tx) => {
        await tx.table<unknown>('data').set('it', () => 'a function cannot be copied');
        throw new Error('it was copied');
      },
    },
  };
}

const counting =
  <Parameters extends readonly unknown[], Result>(count: () => void, call: (...parameters: Parameters) => Result) =>
  (...parameters: Parameters): Result => {
    count();
    return call(...parameters);
  };

const countingOutbox = (outbox: IOutboxStore<MemoryTransaction>, count: () => void): IOutboxStore<MemoryTransaction> =>
  overlay(outbox, {
    add: counting(count, outbox.add.bind(outbox)),
    lease: counting(count, outbox.lease.bind(outbox)),
    markSent: counting(count, outbox.markSent.bind(outbox)),
    markFailed: counting(count, outbox.markFailed.bind(outbox)),
  });

const countingInbox = (inbox: IInboxStore<MemoryTransaction>, count: () => void): IInboxStore<MemoryTransaction> =>
  overlay(inbox, { claim: counting(count, inbox.claim.bind(inbox)), keepResponse: counting(count, inbox.keepResponse.bind(inbox)) });
