import type { InboxClaim, InboxKey, IStore, OutboxEntry, OutboxStatus, TransactOptions } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { expectThat } from '../runner.ts';
import { bytesOf } from './outbox-texts.ts';
import { RelayPart } from './relay-part.ts';
import type { StoreRun } from './store-run.ts';

/** An open store with a scope of its own, and an instant that goes where the case wants it. */
export class StoreBench {
  readonly run: StoreRun;
  readonly store: IStore;
  readonly scope: string;
  #time = 0;

  private constructor(run: StoreRun, store: IStore, scope: string) {
    this.run = run;
    this.store = store;
    this.scope = scope;
  }

  static async open(run: StoreRun): Promise<StoreBench> {
    return new StoreBench(run, await run.open(), run.uniqueName());
  }

  /** The same scope by another store, as another process has it. */
  async join(): Promise<StoreBench> {
    return new StoreBench(this.run, await this.run.open(), this.scope);
  }

  /** Another scope of the same store. */
  aside(scope: string = this.run.uniqueName()): StoreBench {
    return new StoreBench(this.run, this.store, scope);
  }

  /** The instant of all comparisons. */
  get now(): number {
    return this.run.at(this.#time);
  }

  /** Moves the instant; no time passes. */
  later(milliseconds: number): void {
    this.#time += milliseconds;
  }

  /** A transaction that must end soon. */
  transact<Result>(work: (tx: unknown) => Promise<Result>, options?: TransactOptions): Promise<Result> {
    return this.run.soon('a transaction', this.store.transact(work, options));
  }

  /** Stores entries in one transaction of their own. */
  async add(...entries: readonly OutboxEntry[]): Promise<void> {
    await this.transact((tx) => this.store.outbox.add(tx, this.scope, entries));
  }

  /** Another life of a relay; of another process where its store is given. */
  relay(name: string = this.run.uniqueName(), store: IStore = this.store): RelayPart {
    return new RelayPart(this, store, name);
  }

  key(changes: Partial<InboxKey> = {}): InboxKey {
    return { scope: this.scope, endpoint: 'orders', handlerId: 'orders.submit-order', idempotencyKey: 'key', ...changes };
  }

  claim(tx: unknown, changes: Partial<InboxKey> = {}): Promise<InboxClaim> {
    return this.store.inbox.claim(tx, this.key(changes), { now: this.now });
  }

  /** Claims in a transaction of its own, which commits. */
  async claimed(changes: Partial<InboxKey> = {}, options?: TransactOptions): Promise<InboxClaim> {
    return this.transact((tx) => this.claim(tx, changes), options);
  }

  status(): Promise<OutboxStatus> {
    return this.run.soon('the status', this.store.outbox.status({ scope: this.scope, now: this.now }));
  }

  /** Fails unless the status is this one, its age apart. */
  async expectStatus(wanted: Omit<OutboxStatus, 'oldestMs'>, when: string): Promise<void> {
    const { waiting, delayed, held } = await this.status();
    const isSame = waiting === wanted.waiting && delayed === wanted.delayed && held === wanted.held;
    expectThat(isSame, `${when} the status is ${waiting} waiting, ${delayed} delayed, ${held} held, not ${JSON.stringify(wanted)}`);
  }

  setData(tx: unknown, key: string, value: string): Promise<void> {
    return this.run.data.set(tx, `${this.scope}/${key}`, value);
  }

  getData(tx: unknown, key: string): Promise<string | undefined> {
    return this.run.data.get(tx, `${this.scope}/${key}`);
  }

  /** What is committed under a key of the business data. */
  committed(key: string): Promise<string | undefined> {
    return this.transact((tx) => this.getData(tx, key));
  }
}

/** An entry to the endpoint `orders` whose body is the text. */
export const entryOf = (text: string, changes: Partial<TransportEntry> = {}, dueAt?: number): OutboxEntry => ({
  entry: { destination: { kind: 'endpoint', name: 'orders' }, headers: new Map([['waybill-id', text]]), body: bytesOf(text), ...changes },
  dueAt,
});

/** What a promise came to, as a word: `it succeeded`, the code of the error, or the error as text. */
export async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'it succeeded';
  } catch (error) {
    const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    return typeof code === 'string' ? code : String(error);
  }
}

/** Fails unless both lists are the same, in the same order. */
export function expectSame(what: string, found: readonly unknown[], wanted: readonly unknown[]): void {
  expectThat(JSON.stringify(found) === JSON.stringify(wanted), `${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}
