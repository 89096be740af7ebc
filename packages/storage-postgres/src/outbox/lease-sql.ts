import { FIRST_OF_ALL, FIRST_OF_SLOT } from '../schema/0001-tables.ts';
import { ROW_COLUMNS } from './outbox-rows.ts';
import { SLOTS } from './slots.ts';

/** What a relay's turn asks for: a row for each message, the first of which tells of the lease. */
export interface LeaseSql {
  /** Takes part or renews, shares the slots, and reads. One row at least. */
  readonly lease: string;
  /** Only reads, and gives no row where there is something to renew, to take or to free first; else one at least. What writes nothing sends rows as it finds them. */
  readonly read: string;
  /** The same for a relay that has all slots while nothing is due that was delayed or failed: by one index, each row looked at once. No row where that is not so, or none is found. */
  readonly readAll: string;
}

/**
 * The statements for a relay's turn.
 * $1 scope · $2 relay · $3 now · $4 leaseMs · $5 limit · $6 maxBytes · $7 except, and for `lease` $8 mayShrink
 *
 * Who may send: a relay lives as long as its row in `relay` says, and owns the slots that name it. What has run out is taken
 * away by deleting that row, which the relay's own renewal and the others fight for: one of them gets it. A slot changes hands only where
 * it still names whom this statement saw. So no slot has two owners, whatever is slow or frozen; and a relay that has
 * nothing to renew, take or give writes nothing.
 */
export function leaseSql(schema: string): LeaseSql {
  return {
    lease: `with ${known(schema)},
${membership(schema)},
${sharing(schema)},
${reading(schema)}
${selection(schema)}`,
    read: `with ${known(schema)},
${standing(schema)},
${reading(schema)}
${selection(schema)} where (select is_settled from standing)`,
    readAll: `with ${known(schema)},
${standing(schema)},
${readingAll(schema)}`,
  };
}

/** On the first row, and nowhere else. */
const leaseColumn = (number: string, facts: string): string => `case when ${number} > 1 then null else ${facts} end as lease`;

/** A row is found again where it stands: nothing moves it within a statement. Sorting is left to who reads them: here they are wide, and mostly come in order. */
const selection = (schema: string): string => `select ${leaseColumn('chosen.number', 'lease.facts')}, o.*
from lease left join chosen on true left join lateral (select ${ROW_COLUMNS} from ${schema}.outbox o where o.ctid = chosen.tid offset 0) o on true`;

const known = (schema: string): string => `clock as materialized (
  select coalesce(to_timestamp($3::float8 / 1000), statement_timestamp()) as now, make_interval(secs => $4::float8 / 1000) as span
), known as materialized (
  select until from ${schema}.relay where scope = $1::text and relay = $2::text
), seen as materialized (
  select slot, relay from ${schema}.outbox_slot where scope = $1::text
), own as materialized (
  select slot, row_number() over (order by slot) as number from seen where relay = $2::text and exists (select from known)
), share as materialized (
  select (${SLOTS} + count(*)::int) / (count(*)::int + 1) as size
  from ${schema}.relay where scope = $1::text and relay <> $2::text and until > (select now from clock)
), ownerless as (
  select relay from seen where relay <> $2::text and not exists (select from ${schema}.relay r where r.scope = $1::text and r.relay = seen.relay)
)`;

/** The share as it stands, where nobody has to do anything about it. */
const standing = (schema: string): string => `standing as materialized (
  select coalesce((select until from known) >= (select now + span * 2 / 3 from clock), false)
    and not exists (select from ${schema}.relay where scope = $1::text and relay <> $2::text and until <= (select now from clock))
    and ((select count(*) from own) >= (select size from share)
      or not (exists (select from ownerless) or exists (select from seen where relay is null) or not exists (select from seen))) as is_settled
), me as materialized (
  select until from known
), mine as materialized (
  select slot from own where (select is_settled from standing)
)`;

const membership = (schema: string): string => `joined as (
  insert into ${schema}.relay (scope, relay, until)
  select $1::text, $2::text, now + span from clock where not exists (select from known)
  on conflict do nothing returning until
), renewed as (
  update ${schema}.relay r set until = now + span from clock
  where r.scope = $1::text and r.relay = $2::text and (select until from known) < (select now + span * 2 / 3 from clock) returning r.until
), me as materialized (
  select case
    when not exists (select from known) then (select until from joined)
    when (select until from known) < now + span * 2 / 3 then (select until from renewed)
    else (select until from known)
  end as until from clock
), reaped as (
  delete from ${schema}.relay where scope = $1::text and relay = any(array(
    select relay from ${schema}.relay where scope = $1::text and relay <> $2::text and until <= (select now from clock) for update skip locked
  )) returning relay
)`;

const sharing = (schema: string): string => `made as (
  insert into ${schema}.outbox_slot (scope, slot, relay)
  select $1::text, slot, case when slot < size then $2::text end from generate_series(0, ${SLOTS - 1}) as slot, share
  where not exists (select from seen)
  on conflict do nothing returning slot, relay
), free as (
  select slot from ${schema}.outbox_slot where scope = $1::text and (
    relay is null or relay = any(array(select relay from reaped)) or relay = any(array(select relay from ownerless))
  ) order by slot limit (select greatest(0, size - (select count(*) from own)) from share, me where me.until is not null) for update skip locked
), taken as (
  update ${schema}.outbox_slot s set relay = $2::text from free where s.scope = $1::text and s.slot = free.slot returning s.slot
), given as (
  update ${schema}.outbox_slot set relay = null
  where scope = $1::text and relay = $2::text and $8::boolean and slot = any(array(select slot from own, share where number > size)) returning slot
), mine as materialized (
  select slot from (
    select slot from own where slot not in (select slot from given) union all select slot from taken union all select slot from made where relay = $2::text
  ) slots where (select until from me) > (select now from clock)
)`;

/** Of a relay that has all slots. In the order of the index `outbox_first`, which only this reads. */
const readingAll = (schema: string): string => `ready as materialized (
  select (select count(*) from mine) = ${SLOTS}
    and not exists (select from mine where exists (select from ${schema}.outbox o where ${IS_MINE} and ${isDue("'waiting'", 'due_at')} and ${isFree(schema)} offset 0))
    and not exists (select from mine where exists (select from ${schema}.outbox o where ${IS_MINE} and ${isDue("'retrying'", 'retry_at')} and ${isFree(schema)} offset 0)) as is_so
)
select ${leaseColumn('o.number', `(select ${facts('0')} from ready)`)}, ${ROW_COLUMNS}
from (
  select o.*, row_number() over before as number, sum(octet_length(o.body)) over before as bytes
  from ${schema}.outbox o where (select is_so from ready) and o.scope = $1::text and ${IS_WAITING} and ${isFree(schema)}
  window before as (order by ${FIRST_OF_ALL} rows unbounded preceding) order by ${FIRST_OF_ALL} limit $5::int
) o where ${FITS}`;

/**
 * The rows of the share. A plan may be one for empty tables, kept for days: so only one index fits each part, and `offset 0` keeps a part from being joined in another way. What was delayed or failed is cut later than what waits: else a row
 * could come before an earlier one of its key.
 */
const reading = (schema: string): string => {
  const found = (part: string): string =>
    `${part}::smallint as part, o.sequence, o.ctid as tid, octet_length(o.body) as bytes from ${schema}.outbox o`;
  const free = isFree(schema);
  const most = '(select rows from most)';
  return `most as materialized (
  select least($5::int, greatest(32, 2 * $5::int / greatest(1, count(*)::int))) as rows
  from mine where exists (select from ${schema}.outbox o where ${IS_MINE} and ${IS_WAITING} order by ${FIRST_OF_SLOT} offset 0)
), candidates as materialized (
  select found.* from mine cross join lateral (select ${found('mine.slot')}
    where ${IS_MINE} and ${IS_WAITING} and ${free} order by ${FIRST_OF_SLOT} limit ${most}) found
  union all
  select found.* from mine cross join lateral (select ${found(`mine.slot + ${SLOTS}`)}
    where ${IS_MINE} and ${isDue("'waiting'", 'due_at')} and ${free} order by o.due_at, o.sequence limit $5::int) found
  union all
  select found.* from mine cross join lateral (select ${found(`mine.slot + ${2 * SLOTS}`)}
    where ${IS_MINE} and ${isDue("'retrying'", 'retry_at')} and ${free} order by ${FIRST_OF_SLOT} limit $5::int) found
), sized as (
  select sequence, tid, row_number() over before as number, sum(bytes) over before as bytes
  from (select sequence, tid, bytes from candidates order by sequence limit $5::int) due window before as (order by sequence)
), chosen as materialized (
  select tid, number from sized where ${FITS}
), later as (
  select least(
    (select min(due_at) from mine cross join lateral (
      select o.due_at from ${schema}.outbox o where ${IS_MINE} and o.state = 'waiting' and o.due_at > ${NOW} and ${free} order by o.due_at limit 1
    ) delayed),
    (select min(retry_at) from mine cross join lateral (
      select o.retry_at from ${schema}.outbox o where ${IS_MINE} and o.state = 'retrying' and o.retry_at > ${NOW} and ${free} offset 0
    ) retrying)
  ) as due_at
), lease as materialized (
  select ${facts(`case
    when (select count(*) from candidates) > (select count(*) from chosen)
      or exists (select from candidates group by part having count(*) >= case when part < ${SLOTS} then ${most} else $5::int end) then 0
    else date_part('epoch', later.due_at - ${NOW}) * 1000
  end`)} as facts from later
)`;
};

const NOW = '(select now from clock)';
const IS_MINE = 'o.scope = $1::text and o.slot = mine.slot';
const IS_WAITING = "o.state = 'waiting' and o.due_at is null";
/** The first row is read, however large it is. */
const FITS = 'number = 1 or bytes <= $6::float8';

const isDue = (state: string, time: string): string => `o.state = ${state} and o.${time} <= ${NOW}`;

const isFree = (schema: string): string => `not (o.sequence <@ $7::int8multirange) and (o.partition_key is null or not exists (
      select from ${schema}.outbox b
      where b.scope = $1::text and b.slot = o.slot and b.partition_key = o.partition_key and b.sequence + 0 < o.sequence
        and (b.state = 'held' or (b.state = 'retrying' and b.retry_at > ${NOW}))
    ))`;

/** What is told of the lease. @param due how long until there is something to read, in milliseconds */
const facts = (due: string): string => `json_build_object(
    'remaining', date_part('epoch', (select until from me) - ${NOW}) * 1000,
    'slots', (select count(*) from mine),
    'due', ${due}
  )::text`;
