import { PGlite, type Transaction } from '@electric-sql/pglite';
import { overlay, type StoreHarness } from '@waybill/conformance';
import type { IStore } from '@waybill/core/persistence';
import { type PgliteDatabase, pglite } from '../src/pglite.ts';
import { businessData, isCounted, MAKE_BUSINESS_TABLE } from './support/business-data.ts';
import { numbered } from './support/way.ts';

/** One PGlite, which all stores share: one connection, that nothing can break. */
export class PgliteHarness implements StoreHarness<Transaction>, AsyncDisposable {
  readonly tellsOthers = true;
  readonly oneAtATime = true;
  readonly data = businessData<Transaction>((tx) => numbered((text, values) => tx.query(text, values)));
  readonly #db: PGlite;
  readonly #watched: PgliteDatabase<Transaction>;
  #statements = 0;
  #listeners = 0;

  private constructor(db: PGlite) {
    this.#db = db;
    const query: PgliteDatabase<Transaction>['query'] = (...statement) => this.#count(statement[0], db.query(...statement));
    this.#watched = {
      query,
      transaction: (work) => db.transaction((tx) => work(this.#watch(tx))),
      listen: async (channel, onNotification) => {
        this.#listeners += 1;
        const end = await db.listen(channel, onNotification);
        return async () => {
          await end();
          this.#listeners -= 1;
        };
      },
    };
  }

  static async open(): Promise<PgliteHarness> {
    const db = new PGlite();
    await db.exec(MAKE_BUSINESS_TABLE);
    return new PgliteHarness(db);
  }

  create(): IStore<Transaction> {
    return pglite(this.#watched);
  }

  statements(): number {
    return this.#statements;
  }

  leftovers(): readonly string[] {
    return Array.from({ length: this.#listeners }, () => 'a listener of a store');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.close();
  }

  #watch(tx: Transaction): Transaction {
    return overlay<Transaction>(tx, { query: (text, ...more) => this.#count(text, tx.query(text, ...more)) });
  }

  #count<Result>(text: string, result: Promise<Result>): Promise<Result> {
    if (isCounted(text)) this.#statements += 1;
    return result;
  }
}
