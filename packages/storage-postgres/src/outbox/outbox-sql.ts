import { type LeaseSql, leaseSql } from './lease-sql.ts';
import { HELD_COLUMNS } from './outbox-rows.ts';

/** The statements of the outbox. */
export interface OutboxSql extends LeaseSql {
  /** Adds, and tells when the transaction commits. */
  readonly add: string;
  /** Adds, and leaves the telling to whoever commits. */
  readonly addUntold: string;
  readonly leave: string;
  readonly markSent: string;
  readonly markFailed: string;
  readonly status: string;
  readonly held: string;
  readonly retry: string;
  readonly park: string;
  readonly discard: string;
}

/** @param schema quoted. @param notify what tells listeners of the scope `$1`, as an expression. */
export function outboxSql(schema: string, notify: string): OutboxSql {
  // as a list, not as a join: whatever the planner knows of the slots, it looks the rows up once
  const isOwn = `o.slot = any(array(select slot from ${schema}.outbox_slot where scope = $1::text and relay = $2::text))`;
  const decide = (change: string): string => `with decided as (${change} returning 1) select ${notify} from decided`;
  const isHeld = `scope = $1::text and sequence = $2::bigint and state in ('held', 'parked')`;
  return {
    add: add(schema, notify),
    addUntold: add(schema, `null::text as told`),
    ...leaseSql(schema),
    leave: `with gone as (delete from ${schema}.relay where scope = $1::text and relay = $2::text)
update ${schema}.outbox_slot set relay = null where scope = $1::text and relay = $2::text`,
    markSent: `with gone as (
  delete from ${schema}.outbox o using unnest($3::bigint[], $4::bigint[]) as run (first, last)
  where o.scope = $1::text and o.sequence between run.first and run.last and ${isOwn} returning 1
) select count(*)::int as count from gone`,
    markFailed: markFailed(schema, isOwn),
    status: status(schema),
    held: `select ${HELD_COLUMNS} from ${schema}.outbox o
where o.scope = $1::text and o.state in ('held', 'parked') and o.sequence > $2::bigint order by o.sequence limit $3::int`,
    retry: decide(
      `update ${schema}.outbox set state = 'waiting', attempts = 0, due_at = null, retry_at = null, reason = null where ${isHeld}`,
    ),
    park: decide(`update ${schema}.outbox set state = 'parked' where ${isHeld}`),
    discard: decide(`delete from ${schema}.outbox where ${isHeld}`),
  };
}

const add = (schema: string, notify: string): string => `with added as (
  insert into ${schema}.outbox (scope, slot, partition_key, destination_kind, destination, headers, options, due_at, is_text, body)
  select $1::text, e.slot, e.key, e.kind, e.destination, e.headers::json, e.options::json, to_timestamp(e.due / 1000), e.text, substring($3::bytea from e.at for e.bytes)
  from rows from (json_to_recordset($2::json) as (
    slot smallint, key text, kind text, destination text, headers text, options text, due float8, text boolean, at int, bytes int
  )) with ordinality as e (slot, key, kind, destination, headers, options, due, text, at, bytes, number)
  order by e.number
) select ${notify}`;

const markFailed = (schema: string, isOwn: string): string => `with changed as (
  update ${schema}.outbox o set
    attempts = o.attempts + 1,
    reason = f.reason,
    state = case when f.retry is null then 'held' else 'retrying' end,
    retry_at = coalesce(to_timestamp($4::float8 / 1000), statement_timestamp()) + make_interval(secs => f.retry / 1000)
  from json_to_recordset($3::json) as f (sequence bigint, reason text, retry float8)
  where o.scope = $1::text and o.sequence = f.sequence and o.state in ('waiting', 'retrying') and ${isOwn} returning 1
) select count(*)::int as count from changed`;

const status = (schema: string): string => {
  const now = 'coalesce(to_timestamp($2::float8 / 1000), statement_timestamp())';
  const isDue = `o.state in ('waiting', 'retrying') and (o.due_at is null or o.due_at <= ${now})`;
  return `select
  count(*) filter (where ${isDue})::text as waiting,
  count(*) filter (where o.state in ('waiting', 'retrying') and o.due_at > ${now})::text as delayed,
  count(*) filter (where o.state in ('held', 'parked'))::text as held,
  (extract(epoch from ${now} - min(coalesce(o.due_at, o.added_at)) filter (where ${isDue})) * 1000)::text as oldest
from ${schema}.outbox o where o.scope = $1::text`;
};
