import type {
  HeldOptions,
  HeldRow,
  IOutboxStore,
  LeaseOptions,
  OutboxEntry,
  OutboxLease,
  OutboxRow,
  OutboxStatus,
  RelayIdentity,
  SendFailure,
  StoreNow,
} from '@waybill/core/persistence';
import { ConfigurationError, nameValue } from '@waybill/core/transport';
import type { BackgroundDatabase, PostgresTransactions, SqlRow } from '../database.ts';
import { assertStorable } from '../storable-text.ts';
import { atOf } from '../store-now.ts';
import type { AddedNotices } from './added-notices.ts';
import { toHeldRow, toRow, toStored } from './outbox-rows.ts';
import { type OutboxSql, outboxSql } from './outbox-sql.ts';
import { arrayOf, multirangeOf, runsOf } from './sequence-runs.ts';
import { SLOTS } from './slots.ts';
import { isUntranslatable, plainReason, storableReason } from './stored-reason.ts';

const SEQUENCE = /^\d{1,18}$/;

/** What the outbox works with. */
export interface OutboxParts<Tx> {
  readonly transactions: PostgresTransactions<Tx>;
  readonly background: BackgroundDatabase;
  readonly notices: AddedNotices;
  /** Quoted. */
  readonly schema: string;
  readonly random: () => number;
  /** Where a transaction that the store itself commits writes down what it has added to; `undefined` for those of the application. */
  readonly addedBy: (tx: Tx) => Set<string> | undefined;
}

/** The outbox in tables of the schema. */
export class PostgresOutboxStore<Tx> implements IOutboxStore<Tx> {
  readonly #parts: OutboxParts<Tx>;
  readonly #sql: OutboxSql;
  /** Relays that had all slots when they were asked last. */
  readonly #whole = new Set<string>();

  constructor(parts: OutboxParts<Tx>) {
    this.#parts = parts;
    this.#sql = outboxSql(parts.schema, parts.notices.notify('$1'));
  }

  async add(tx: Tx, scope: string, entries: readonly OutboxEntry[]): Promise<void> {
    if (entries.length === 0) return;
    assertStorable('the scope', scope);
    const { list, bodies } = toStored(entries, Math.floor(this.#parts.random() * SLOTS));
    const added = this.#parts.addedBy(tx);
    await this.#parts.transactions.query(tx, added === undefined ? this.#sql.add : this.#sql.addUntold, [scope, list, bodies]);
    added?.add(scope);
  }

  async lease(options: LeaseOptions): Promise<OutboxLease> {
    const { scope, relay, now, leaseMs, limit, maxBytes, except, mayShrink } = options;
    const { background } = this.#parts;
    const values = [scope, relay, atOf(now), leaseMs, limit, maxBytes, multirangeOf(except)];
    if (limit > 0 && !mayShrink) {
      const ways = [...(this.#whole.has(relay) ? (['readAll'] as const) : []), 'read'] as const;
      for (const way of ways) {
        const rows = await background.query(this.#sql[way], values, `waybill_${way.toLowerCase()}`);
        if (rows.length > 0) return toLease(rows);
      }
    }
    const lease = toLease(await background.query(this.#sql.lease, [...values, String(mayShrink)], 'waybill_lease'));
    if (lease.slots.own === SLOTS) this.#whole.add(relay);
    else this.#whole.delete(relay);
    return lease;
  }

  async leave({ scope, relay }: RelayIdentity): Promise<void> {
    this.#whole.delete(relay);
    await this.#parts.background.query(this.#sql.leave, [scope, relay]);
  }

  markSent({ scope, relay }: RelayIdentity, sequences: readonly string[]): Promise<number> {
    const { firsts, lasts } = runsOf(sequences);
    return this.#count(this.#sql.markSent, [scope, relay, arrayOf(firsts), arrayOf(lasts)], 'waybill_mark_sent');
  }

  async markFailed(relay: RelayIdentity, failures: readonly SendFailure[]): Promise<number> {
    try {
      return await this.#markFailed(relay, failures, storableReason);
    } catch (error) {
      if (!isUntranslatable(error)) throw error;
      return this.#markFailed(relay, failures, plainReason);
    }
  }

  async status({ scope, now }: { readonly scope: string; readonly now: StoreNow }): Promise<OutboxStatus> {
    const [row] = await this.#parts.background.query(this.#sql.status, [scope, atOf(now)]);
    const number = (column: string): number => Number(row?.[column] ?? 0);
    return { waiting: number('waiting'), delayed: number('delayed'), held: number('held'), oldestMs: Math.max(0, number('oldest')) };
  }

  /** @throws ConfigurationError `OPTION_INVALID` where no sequence is like `after` */
  async held({ scope, after, limit }: HeldOptions): Promise<readonly HeldRow[]> {
    if (after !== undefined && !SEQUENCE.test(after)) throw noSequence(after);
    const rows = await this.#parts.background.query(this.#sql.held, [scope, after ?? '-1', limit]);
    return rows.map(toHeldRow);
  }

  async decide(scope: string, sequence: string, decision: 'retry' | 'park' | 'discard'): Promise<boolean> {
    if (!SEQUENCE.test(sequence)) return false;
    const rows = await this.#parts.background.query(this.#sql[decision], [scope, sequence]);
    return rows.length > 0;
  }

  onAdded(scope: string, listener: () => void): () => void {
    return this.#parts.notices.on(scope, listener);
  }

  #markFailed({ scope, relay, now }: RelayIdentity, failures: readonly SendFailure[], write: (reason: string) => string): Promise<number> {
    const list = failures.map(({ sequence, reason, retryAfterMs }) => ({ sequence, reason: write(reason), retry: retryAfterMs }));
    return this.#count(this.#sql.markFailed, [scope, relay, JSON.stringify(list), atOf(now)]);
  }

  async #count(text: string, values: readonly (string | number | null)[], name?: string): Promise<number> {
    const [row] = await this.#parts.background.query(text, values, name);
    return Number(row?.['count'] ?? 0);
  }
}

const noSequence = (after: string): ConfigurationError =>
  new ConfigurationError('OPTION_INVALID', `\`after\` is ${nameValue(after)}. Use the \`sequence\` of a held row.`, {
    details: { option: 'after' },
  });

/** Of whole numbers as texts. */
const bySequence = (one: OutboxRow, other: OutboxRow): number =>
  one.sequence.length - other.sequence.length || (one.sequence < other.sequence ? -1 : 1);

/** What the first row says of the lease. */
interface LeaseFacts {
  readonly remaining: number | null;
  readonly slots: number;
  readonly due: number | null;
}

function toLease(rows: readonly SqlRow[]): OutboxLease {
  const { remaining, slots: own, due } = JSON.parse(String(rows[0]?.['lease'])) as LeaseFacts;
  return {
    rows: rows[0]?.['sequence'] === null ? [] : rows.map(toRow).toSorted(bySequence),
    remainingMs: own === 0 ? 0 : Math.max(0, Math.floor(remaining ?? 0)),
    slots: { own, all: SLOTS },
    ...(due === null ? {} : { nextDueMs: Math.max(0, Math.ceil(due)) }),
  };
}
