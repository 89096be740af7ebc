import type { IInboxStore, InboxClaim, InboxKey, StoreNow } from '@waybill/core/persistence';
import type { BackgroundDatabase, PostgresTransactions, SqlValue } from '../database.ts';
import { assertStorable } from '../storable-text.ts';
import { atOf } from '../store-now.ts';

/** Between two looks the key may have been purged; it is not purged twice. */
const MOST_LOOKS = 3;

/** The inbox in a table of the schema. */
export class PostgresInboxStore<Tx> implements IInboxStore<Tx> {
  readonly #transactions: PostgresTransactions<Tx>;
  readonly #background: BackgroundDatabase;
  readonly #sql: InboxSql;

  /** @param schema quoted */
  constructor(transactions: PostgresTransactions<Tx>, background: BackgroundDatabase, schema: string) {
    this.#transactions = transactions;
    this.#background = background;
    this.#sql = inboxSql(schema);
  }

  async claim(tx: Tx, key: InboxKey, { now }: { readonly now: StoreNow }): Promise<InboxClaim> {
    for (const [part, text] of Object.entries(key) as [string, string][]) assertStorable(`\`${part}\` of an inbox key`, text);
    const columns = columnsOf(key);
    for (let look = 1; ; look += 1) {
      const inserted = await this.#transactions.query(tx, this.#sql.claim, [...columns, atOf(now)]);
      if (inserted.length > 0) return { status: 'new' };
      const [found] = await this.#transactions.query(tx, this.#sql.read, columns);
      if (found !== undefined) return { status: 'completed', response: bytesOf(found['response']) };
      if (look === MOST_LOOKS) throw new Error(`The inbox key ${key.idempotencyKey} can neither be written nor read.`);
    }
  }

  async keepResponse(tx: Tx, key: InboxKey, response: Uint8Array): Promise<void> {
    await this.#transactions.query(tx, this.#sql.keep, [...columnsOf(key), response]);
  }

  async prune(options: {
    readonly scope: string;
    readonly olderThanMs: number;
    readonly limit: number;
    readonly now: StoreNow;
  }): Promise<number> {
    const { scope, olderThanMs, limit, now } = options;
    const [row] = await this.#background.query(this.#sql.prune, [scope, atOf(now), olderThanMs, limit]);
    return Number(row?.['count']);
  }
}

const columnsOf = ({ scope, endpoint, handlerId, idempotencyKey }: InboxKey): readonly SqlValue[] => [
  scope,
  endpoint,
  handlerId,
  idempotencyKey,
];

/** Mappers and drivers read `bytea` in different ways, and all read texts alike. */
const bytesOf = (base64: unknown): Uint8Array | undefined => (typeof base64 === 'string' ? Buffer.from(base64, 'base64') : undefined);

type InboxSql = ReturnType<typeof inboxSql>;

function inboxSql(schema: string): { readonly claim: string; readonly read: string; readonly keep: string; readonly prune: string } {
  const isKey = 'scope = $1 and endpoint = $2 and handler_id = $3 and idempotency_key = $4';
  return {
    claim: `insert into ${schema}.inbox (scope, endpoint, handler_id, idempotency_key, claimed_at)
values ($1, $2, $3, $4, coalesce(to_timestamp($5::float8 / 1000), clock_timestamp()))
on conflict do nothing returning 'new' as status`,
    read: `select encode(response, 'base64') as response from ${schema}.inbox where ${isKey}`,
    keep: `update ${schema}.inbox set response = $5::bytea where ${isKey}`,
    prune: `with gone as (
  delete from ${schema}.inbox where ctid = any(array(
    select ctid from ${schema}.inbox
    where scope = $1 and claimed_at < coalesce(to_timestamp($2::float8 / 1000), statement_timestamp()) - make_interval(secs => $3::float8 / 1000)
    order by claimed_at limit $4::int for update skip locked
  )) returning 1
) select count(*)::int as count from gone`,
  };
}
