import type { IStore, StoreOpenOptions } from '@waybill/core/persistence';
import { CaseRun } from '../case-run.ts';
import type { StoreNeed } from './store-case.ts';
import type { BusinessData, StoreFaults, StoreHarness } from './store-harness.ts';

/** All `now` of a case lie after what its own clock and that of the database say, so that what was stored is due. */
const AHEAD_MS = 60_000;

/** What one case of a store works with: a runtime of its own, and stores that are closed after it. */
export class StoreRun extends CaseRun {
  readonly data: BusinessData<unknown>;
  readonly faults: StoreFaults<unknown>;
  /** True where `onAdded` hears of what other stores commit. */
  readonly tellsOthers: boolean;
  /** True where a transaction begins only when the one before it has ended. */
  readonly oneAtATime: boolean;
  /** How many statements were sent until now; `undefined` where nobody counts. */
  readonly statements: (() => number) | undefined;
  readonly #harness: StoreHarness<unknown>;
  readonly #openBefore: readonly string[];
  readonly #zero: number;

  constructor(harness: StoreHarness<unknown>) {
    super(harness);
    this.#harness = harness;
    this.#openBefore = harness.leftovers?.() ?? [];
    this.data = harness.data;
    this.faults = harness.faults ?? {};
    this.tellsOthers = harness.tellsOthers === true;
    this.oneAtATime = harness.oneAtATime === true;
    this.statements = harness.statements?.bind(harness);
    this.#zero = this.runtime.now() + AHEAD_MS;
  }

  /** Whether the harness has what a case cannot do without. */
  offers(need: StoreNeed): boolean {
    return need === 'sideBySide' ? !this.oneAtATime : this.faults[need] !== undefined;
  }

  /** A new store, not open. Whoever opens it closes it. */
  create(): IStore {
    return this.#harness.create();
  }

  /** A new store that is open; closed after the case. */
  async open(): Promise<IStore> {
    const store = this.create();
    this.own(() => store.close());
    await this.soon('opening the store', store.open(this.openOptions()));
    return store;
  }

  openOptions(signal?: AbortSignal): StoreOpenOptions {
    return { runtime: this.runtime, provisioning: 'apply', ...(signal === undefined ? {} : { signal }) };
  }

  /** An instant to give as `now`: so many milliseconds after the zero of the case. What the case stores at once is due there. */
  at(milliseconds: number): number {
    return this.#zero + milliseconds;
  }

  /** The result of a promise; fails when it takes longer than the patience of the case, in real time: nothing in a store waits for timers. */
  async soon<T>(what: string, work: Promise<T>): Promise<T> {
    let giveUp = (): void => undefined;
    const gaveUp = new Promise<'too late'>((resolve) => {
      giveUp = () => resolve('too late');
    });
    const late = this.host.setTimer(this.patienceMs, giveUp);
    try {
      const first = await Promise.race([work.then((value) => ({ value })), gaveUp]);
      if (first !== 'too late') return first.value;
      throw new Error(`conformance: ${what} took longer than ${this.patienceMs} ms`);
    } finally {
      late.cancel();
    }
  }

  override leftovers(): readonly string[] {
    const open = [...(this.#harness.leftovers?.() ?? [])];
    for (const one of this.#openBefore) if (open.includes(one)) open.splice(open.indexOf(one), 1);
    return open;
  }
}
