import type { IInboxStore, InboxClaim, InboxKey, StoreNow } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import type { StoreHost } from '../store-host.ts';
import type { Database } from '../tables/database.ts';
import type { Transaction } from '../tables/transaction.ts';
import { ABSENT, VersionedTable } from '../tables/versioned-table.ts';

interface Claimed {
  readonly scope: string;
  readonly claimedAt: number;
  readonly response: Uint8Array | undefined;
}

/** Keys as rows of a table: whoever writes one holds its lock until the end of the transaction. */
export class MemoryInboxStore implements IInboxStore<Transaction> {
  readonly #host: StoreHost;
  readonly #database: Database;
  readonly #keys = new VersionedTable<Claimed>('inbox');

  constructor(host: StoreHost, database: Database) {
    this.#host = host;
    this.#database = database;
  }

  claim(tx: Transaction, key: InboxKey, { now }: { readonly now: StoreNow }): Promise<InboxClaim> {
    return tx.statement(async () => {
      const row = rowOf(key);
      await tx.lock(this.#keys, row);
      const claimed = tx.read(this.#keys, row);
      if (claimed !== ABSENT) return { status: 'completed', response: claimed.response?.slice() };
      await tx.write(this.#keys, row, { scope: key.scope, claimedAt: this.#host.instant(now), response: undefined });
      return { status: 'new' };
    });
  }

  keepResponse(tx: Transaction, key: InboxKey, response: Uint8Array): Promise<void> {
    return tx.statement(async () => {
      const row = rowOf(key);
      const claimed = tx.read(this.#keys, row);
      if (claimed === ABSENT) throw unclaimed(key);
      await tx.write(this.#keys, row, { ...claimed, response: response.slice() });
    });
  }

  async prune({ scope, olderThanMs, limit, now }: Parameters<IInboxStore['prune']>[0]): Promise<number> {
    const before = this.#host.instant(now) - olderThanMs;
    const old = new Map<string, typeof ABSENT>();
    for (const [row, claimed] of this.#keys.entries(this.#database.commits)) {
      if (old.size >= limit) break;
      const isOld = claimed.scope === scope && claimed.claimedAt < before;
      if (isOld && !this.#database.locks.isHeld(this.#keys.lockOf(row))) old.set(row, ABSENT);
    }
    this.#database.write(new Map([[this.#keys, old]]));
    return old.size;
  }
}

const rowOf = ({ scope, endpoint, handlerId, idempotencyKey }: InboxKey): string =>
  JSON.stringify([scope, endpoint, handlerId, idempotencyKey]);

const unclaimed = ({ endpoint, handlerId, idempotencyKey }: InboxKey): StoreError =>
  new StoreError(
    'NO_TRANSACTION',
    `No response can be kept with the key "${idempotencyKey}" of "${handlerId}" at "${endpoint}": this transaction has not claimed it. Claim it first.`,
  );
