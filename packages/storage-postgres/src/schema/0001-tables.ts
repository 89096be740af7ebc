/**
 * The order of the outbox, as only `outbox_waiting` has it, for the rows of a slot, and only `outbox_first`, for all. Were it the same in both, or that of the
 * primary key, the planner could take one for the other, and rows would be in the way of which it does not know.
 */
export const FIRST_OF_SLOT = '(sequence - 0)';
export const FIRST_OF_ALL = '(sequence + 0)';

/** Outbox and inbox. `schema` is quoted. */
export function tables(schema: string): readonly string[] {
  return [...outbox(schema), ...relays(schema), ...inbox(schema)];
}

const outbox = (schema: string): readonly string[] => [
  `create table ${schema}.outbox (
  sequence bigint generated always as identity primary key, -- order of storing
  scope text not null, -- the service
  slot smallint not null, -- of 64: hash of the partition key, or by chance
  state text not null default 'waiting' check (state in ('waiting', 'retrying', 'held', 'parked')),
  attempts integer not null default 0,
  added_at timestamptz not null default statement_timestamp(),
  due_at timestamptz, -- not before then, where the message is delayed
  retry_at timestamptz, -- retrying: the next attempt
  partition_key text,
  destination_kind text not null,
  destination text not null,
  headers json not null,
  options json, -- what few messages have: notBefore, expiresAt, priority, copy
  reason text, -- of the last failure
  is_text boolean not null, -- the body is UTF-8 without a zero byte
  body bytea not null
) with (
  -- rows live for milliseconds: without vacuum the indexes fill with what is gone
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.1, autovacuum_analyze_threshold = 2000, toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 2000
)`,
  // bodies are compressed by the bus or not at all
  `alter table ${schema}.outbox alter column body set storage external`,
  `-- what a relay reads: the first rows of each of its slots, in order; delayed, held and parked ones are not in its way
create index outbox_waiting on ${schema}.outbox (scope, slot, ${FIRST_OF_SLOT}) where state = 'waiting' and due_at is null`,
  `-- the same for a relay that has all slots
create index outbox_first on ${schema}.outbox (scope, ${FIRST_OF_ALL}) where state = 'waiting' and due_at is null`,
  `-- delayed rows whose time has come, and the next that will
create index outbox_delayed on ${schema}.outbox (scope, slot, due_at, sequence) where state = 'waiting' and due_at is not null`,
  `-- what keeps back the later rows of its key; a few rows at most
create index outbox_blocking on ${schema}.outbox (scope, slot, partition_key, sequence) where state in ('retrying', 'held')`,
  `-- what an operator lists
create index outbox_held on ${schema}.outbox (scope, sequence) where state in ('held', 'parked')`,
];

const relays = (schema: string): readonly string[] => [
  `create table ${schema}.relay (
  scope text not null,
  relay text not null, -- one life of one relay
  until timestamptz not null, -- all its slots are its own until then
  primary key (scope, relay)
) with (fillfactor = 50)`,
  `create table ${schema}.outbox_slot (
  scope text not null,
  slot smallint not null,
  relay text, -- whose it is; one that is not in the table of relays has lost it
  primary key (scope, slot)
) with (fillfactor = 50)`,
];

const inbox = (schema: string): readonly string[] => [
  `create table ${schema}.inbox (
  scope text not null,
  endpoint text not null,
  handler_id text not null,
  idempotency_key text not null,
  claimed_at timestamptz not null,
  response bytea,
  -- message ids begin with their time: new keys go to the end of their part of the index
  primary key (scope, endpoint, handler_id, idempotency_key)
) with (
  fillfactor = 90, -- a kept response is written to the page of its key
  autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05
)`,
  `-- what the purge removes: the oldest, a batch at a time
create index inbox_claimed on ${schema}.inbox (scope, claimed_at)`,
];
