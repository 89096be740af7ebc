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
import type { TransportEntry } from '@waybill/core/transport';
import type { StoreHost } from '../store-host.ts';
import type { Transaction } from '../tables/transaction.ts';
import type { StoredRow } from './outbox-rows.ts';
import { OutboxRows } from './outbox-rows.ts';
import { SLOTS, SlotTable, slotOfKey } from './slot-table.ts';

const LONGEST_REASON = 1_000;

interface Scope {
  readonly rows: OutboxRows;
  readonly slots: SlotTable;
  readonly listeners: Set<{ readonly tell: () => void }>;
}

/** The outbox of each scope: its rows, and which relay has which of them. */
export class MemoryOutboxStore implements IOutboxStore<Transaction> {
  readonly #host: StoreHost;
  readonly #scopes = new Map<string, Scope>();
  #sequence = 0;

  constructor(host: StoreHost) {
    this.#host = host;
  }

  add(tx: Transaction, scope: string, entries: readonly OutboxEntry[]): Promise<void> {
    return tx.statement(() => {
      const { runtime } = this.#host;
      const addedAt = runtime.now();
      const keyless = Math.floor(runtime.random() * SLOTS);
      const rows = entries.map(({ entry, dueAt = addedAt }) => this.#row(entry, addedAt, Math.max(dueAt, addedAt), keyless));
      tx.atCommit(() => this.#of(scope).rows.add(rows));
      if (rows.length > 0) tx.atCommit(() => this.#tell(scope));
    });
  }

  async lease(options: LeaseOptions): Promise<OutboxLease> {
    const at = this.#host.instant(options.now);
    const { rows, slots } = this.#of(options.scope);
    const own = slots.lease(options, at);
    const isOwn = (slot: number): boolean => slots.isOwn(options, slot);
    const { limit, maxBytes } = options;
    const due = own === 0 ? [] : rows.due({ at, isOwn, limit, maxBytes, except: new Set(options.except) });
    const next = rows.nextDueAt(at, isOwn);
    return {
      rows: due.map(publicRow),
      remainingMs: own === 0 ? 0 : options.leaseMs,
      slots: { own, all: SLOTS },
      ...(next === undefined ? {} : { nextDueMs: next - at }),
    };
  }

  async leave({ scope, relay, now }: RelayIdentity): Promise<void> {
    this.#host.instant(now);
    this.#of(scope).slots.leave(relay);
  }

  async markSent(relay: RelayIdentity, sequences: readonly string[]): Promise<number> {
    this.#host.instant(relay.now);
    const { rows } = this.#of(relay.scope);
    const sent = this.#ownRows(relay, sequences);
    for (const row of sent) rows.remove(row);
    return sent.length;
  }

  async markFailed(relay: RelayIdentity, failures: readonly SendFailure[]): Promise<number> {
    const at = this.#host.instant(relay.now);
    const { rows } = this.#of(relay.scope);
    const bySequence = new Map(failures.map((failure) => [failure.sequence, failure]));
    const failed = this.#ownRows(relay, Array.from(bySequence.keys()));
    for (const row of failed) {
      const { reason = '', retryAfterMs } = bySequence.get(String(row.sequence)) ?? {};
      row.attempts += 1;
      row.reason = reason.slice(0, LONGEST_REASON);
      if (retryAfterMs === undefined) row.state = 'held';
      else row.retryAt = at + retryAfterMs;
      rows.changed(row);
    }
    return failed.length;
  }

  async status({ scope, now }: { readonly scope: string; readonly now: StoreNow }): Promise<OutboxStatus> {
    const at = this.#host.instant(now);
    return this.#of(scope).rows.status(at);
  }

  async held({ scope, after, limit }: HeldOptions): Promise<readonly HeldRow[]> {
    this.#host.instant(0);
    const { rows } = this.#of(scope);
    const later = rows.held().filter(({ sequence }) => after === undefined || sequence > Number(after));
    return later
      .slice(0, limit)
      .map((row) => ({ ...publicRow(row), addedAt: row.addedAt, reason: row.reason, state: row.state === 'parked' ? 'parked' : 'held' }));
  }

  async decide(scope: string, sequence: string, decision: 'retry' | 'park' | 'discard'): Promise<boolean> {
    this.#host.instant(0);
    const { rows } = this.#of(scope);
    const row = rows.get(sequence);
    if (row === undefined || row.state === 'waiting') return false;
    if (decision === 'discard') rows.remove(row);
    else if (decision === 'park') row.state = 'parked';
    else Object.assign(row, { state: 'waiting', attempts: 0, retryAt: 0 } satisfies Partial<StoredRow>);
    this.#tell(scope);
    return true;
  }

  onAdded(scope: string, listener: () => void): () => void {
    const { listeners } = this.#of(scope);
    const entry = { tell: listener };
    listeners.add(entry);
    return () => void listeners.delete(entry);
  }

  #of(scope: string): Scope {
    const known = this.#scopes.get(scope) ?? { rows: new OutboxRows(), slots: new SlotTable(), listeners: new Set() };
    this.#scopes.set(scope, known);
    return known;
  }

  #tell(scope: string): void {
    for (const { tell } of this.#of(scope).listeners) queueMicrotask(tell); // what it throws is not the transaction's
  }

  #ownRows(relay: RelayIdentity, sequences: readonly string[]): readonly StoredRow[] {
    const { rows, slots } = this.#of(relay.scope);
    return Array.from(new Set(sequences)).flatMap((sequence) => {
      const row = rows.get(sequence);
      return row !== undefined && slots.isOwn(relay, row.slot) ? [row] : [];
    });
  }

  #row(entry: TransportEntry, addedAt: number, dueAt: number, keyless: number): StoredRow {
    const slot = entry.partitionKey === undefined ? keyless : slotOfKey(entry.partitionKey);
    this.#sequence += 1;
    return { sequence: this.#sequence, entry: kept(entry), slot, addedAt, dueAt, retryAt: 0, attempts: 0, state: 'waiting', reason: '' };
  }
}

const publicRow = ({ sequence, entry, attempts }: StoredRow): OutboxRow => ({ sequence: String(sequence), entry, attempts });

/** An entry that nobody writes to any more. */
const kept = (entry: TransportEntry): TransportEntry =>
  entry.immutable === true ? entry : { ...entry, headers: new Map(entry.headers), body: entry.body.slice(), immutable: true };
