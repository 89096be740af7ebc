import type { HeldRow, OutboxEntry, OutboxRow } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import type { SqlRow, SqlValue } from '../database.ts';
import { assertStorable } from '../storable-text.ts';
import { slotOf } from './slots.ts';

/** What few messages have, in a column of its own. */
type RareOptions = Pick<TransportEntry, 'notBefore' | 'expiresAt' | 'priority' | 'copy'>;

/** Entries as two values: a list of what is small, and all bodies in one. */
export interface StoredEntries {
  readonly list: string;
  readonly bodies: Uint8Array;
}

/** Makes entries ready to be stored. Those without a partition key go to `slot`. */
export function toStored(entries: readonly OutboxEntry[], slot: number): StoredEntries {
  let at = 1;
  const list = entries.map(({ entry, dueAt }) => {
    const { destination, partitionKey, headers, body } = entry;
    const address = destination.kind === 'reply' ? destination.address : destination.name;
    assertStorable('the destination', address);
    if (partitionKey !== undefined) assertStorable('`partitionKey`', partitionKey);
    const first = at;
    at += body.length;
    return {
      slot: partitionKey === undefined ? slot : slotOf(partitionKey),
      key: partitionKey,
      kind: destination.kind,
      destination: address,
      headers: JSON.stringify(Object.fromEntries(headers)), // a text in a text: then a zero byte may stand in it
      options: rareOptionsOf(entry),
      due: dueAt,
      at: first,
      bytes: body.length,
    };
  });
  const [only] = entries;
  return {
    list: JSON.stringify(list),
    bodies: entries.length === 1 && only !== undefined ? only.entry.body : Buffer.concat(entries.map(({ entry }) => entry.body)),
  };
}

function rareOptionsOf({ notBefore, expiresAt, priority, copy }: TransportEntry): string | undefined {
  const isRare = notBefore !== undefined || expiresAt !== undefined || priority !== undefined || copy !== undefined;
  return isRare ? JSON.stringify({ notBefore, expiresAt, priority, copy } satisfies RareOptions) : undefined;
}

/** A text behind a sign, which {@link unmarked} takes away: PGlite loses a U+FEFF with which a text begins. */
const marked = (column: string): string => `'=' || ${column}`;

const unmarked = (text: unknown): string | undefined => (typeof text === 'string' ? text.slice(1) : undefined);

/** The columns that {@link toRow} reads. */
export const ROW_COLUMNS: string = `o.sequence::text as sequence, o.attempts::text as attempts, floor(date_part('epoch', o.added_at) * 1000)::text as added,
  o.destination_kind as kind, ${marked('o.destination')} as destination, ${marked('o.partition_key')} as key,
  o.headers::text as headers, o.options::text as options, o.body`;

/** Those that {@link toHeldRow} reads. */
export const HELD_COLUMNS: string = `o.state, ${marked('o.reason')} as reason, ${ROW_COLUMNS}`;

/** A row as it was stored. */
export function toRow(row: SqlRow): OutboxRow {
  const { sequence, attempts, added } = row as Readonly<Record<'sequence' | 'attempts' | 'added', SqlValue>>;
  return { sequence: String(sequence), attempts: Number(attempts), addedAt: Number(added), entry: entryOf(row) };
}

/** A row that an operator must decide on. */
export function toHeldRow(row: SqlRow): HeldRow {
  const { reason, state } = row;
  return { ...toRow(row), reason: unmarked(reason) ?? '', state: state === 'parked' ? 'parked' : 'held' };
}

function entryOf({ kind, destination, key, headers, options, body }: SqlRow): TransportEntry {
  const rare = typeof options === 'string' ? (JSON.parse(options) as RareOptions) : {};
  const partitionKey = unmarked(key);
  const keyed = partitionKey === undefined ? {} : { partitionKey };
  return {
    destination: destinationOf(String(kind), unmarked(destination) ?? ''),
    headers: new Map(Object.entries(JSON.parse(String(headers)) as Record<string, string>)),
    body: body as Uint8Array,
    ...keyed,
    ...rare,
    immutable: true, // nobody else has it
  };
}

function destinationOf(kind: string, text: string): TransportEntry['destination'] {
  if (kind === 'reply') return { kind, address: text };
  return { kind: kind === 'topic' ? 'topic' : 'endpoint', name: text };
}
