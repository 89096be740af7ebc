import type { ClientBase, Pool } from 'pg';

/** How much is in an account at first. */
const OPENED = 1_000_000;
const COUNT = 12;

export const ACCOUNTS: readonly string[] = Object.freeze(Array.from({ length: COUNT }, (_, index) => `account-${index + 1}`));

/** Nothing here is unique but an account's name: what takes effect twice stands there twice. */
const TABLES = `
  create table account (name text primary key, opened bigint not null, balance bigint not null, moves int not null default 0);
  create table debit (transfer text not null, account text not null, amount bigint not null, move int not null);
  create table credit (transfer text not null, account text not null, amount bigint not null);
  create table ledger (transfer text not null, amount bigint not null);`;

/** Makes the tables and opens the accounts. */
export async function openAccounts(pool: Pool): Promise<void> {
  await pool.query(TABLES);
  await pool.query('insert into account (name, opened, balance) select unnest($1::text[]), $2, $2', [ACCOUNTS, OPENED]);
}

/** Takes money out of an account, which stays locked until the transaction ends: the moves of an account are numbered in the order of their commits. */
export async function debit(client: ClientBase, transfer: string, account: string, amount: number): Promise<void> {
  await client.query(
    `with moved as (update account set balance = balance - $3, moves = moves + 1 where name = $2 returning moves)
     insert into debit select $1, $2, $3, moves from moved`,
    [transfer, account, amount],
  );
}

export async function credit(client: ClientBase, transfer: string, account: string, amount: number): Promise<void> {
  await client.query('insert into credit values ($1, $2, $3)', [transfer, account, amount]);
  await client.query('update account set balance = balance + $2 where name = $1', [account, amount]);
}

export async function enter(client: ClientBase, transfer: string, amount: number): Promise<void> {
  await client.query('insert into ledger values ($1, $2)', [transfer, amount]);
}

/** One transfer in one of the tables. */
export interface Entry {
  readonly transfer: string;
  readonly count: number;
  readonly account: string | null;
  readonly move: number | null;
}

export async function entriesOf(pool: Pool, table: 'debit' | 'credit' | 'ledger'): Promise<readonly Entry[]> {
  const where = table === 'debit' ? 'min(account) as account, min(move) as move' : 'null as account, null as move';
  const { rows } = await pool.query<Entry>(`select transfer, count(*)::int as count, ${where} from ${table} group by transfer`);
  return rows;
}

/** An account, and what was put into it and taken out of it by what stands in the tables. */
export interface Balance {
  readonly account: string;
  readonly opened: number;
  readonly debited: number;
  readonly credited: number;
  readonly balance: number;
}

export async function balances(pool: Pool): Promise<readonly Balance[]> {
  const { rows } = await pool.query<Balance>(`
    select name as account, opened::float8 as opened, balance::float8 as balance,
      coalesce((select sum(amount) from debit where account = name), 0)::float8 as debited,
      coalesce((select sum(amount) from credit where account = name), 0)::float8 as credited
    from account order by name`);
  return rows;
}
