import { isUtf8 } from 'node:buffer';
import type { HeldRow, OutboxEntry, OutboxRow } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { MessageHeaders } from '@waybill/core/transport';
import type { SqlRow } from '../database.ts';
import { assertStorable } from '../storable-text.ts';
import { slotOf } from './slots.ts';

/** What few messages have, in a column of its own. */
type RareOptions = Pick<TransportEntry, 'notBefore' | 'expiresAt' | 'priority' | 'copy'>;

const NOTHING_RARE: RareOptions = Object.freeze({});

/** With this byte begins U+FEFF, which PGlite loses where a text begins with it. */
const MARK = 0xef;

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
      text: isPlainText(body),
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

/** True where the database can give the bytes as a text: the same bytes, of which it would send twice as many otherwise. */
function isPlainText(body: Uint8Array): boolean {
  return isUtf8(body) && !body.includes(0) && body[0] !== MARK;
}

function rareOptionsOf({ notBefore, expiresAt, priority, copy }: TransportEntry): string | undefined {
  const isRare = notBefore !== undefined || expiresAt !== undefined || priority !== undefined || copy !== undefined;
  return isRare ? JSON.stringify({ notBefore, expiresAt, priority, copy } satisfies RareOptions) : undefined;
}

/** A text behind a sign, which {@link unmarked} takes away, because of PGlite and U+FEFF. */
const marked = (column: string): string => `'=' || ${column}`;

const unmarked = (text: unknown): string | undefined => (typeof text === 'string' ? text.slice(1) : undefined);

/** Other encodings cannot hold every text. */
const IS_UTF8 = `(select getdatabaseencoding() = 'UTF8' and current_setting('client_encoding') = 'UTF8')`;

/** The columns that {@link toRow} reads. */
export const ROW_COLUMNS: string = `o.sequence::text as sequence, o.attempts, o.destination_kind || '=' || o.destination as destination,
  ${marked('o.partition_key')} as key, o.headers::text as headers, o.options::text as options,
  case when o.is_text and ${IS_UTF8} then convert_from(o.body, 'UTF8') end as text, case when not (o.is_text and ${IS_UTF8}) then o.body end as body`;

/** Those that {@link toHeldRow} reads. */
export const HELD_COLUMNS: string = `o.state, ${marked('o.reason')} as reason, floor(date_part('epoch', o.added_at) * 1000)::text as added, ${ROW_COLUMNS}`;

/** A row as it was stored. */
export function toRow(row: SqlRow): OutboxRow {
  return { sequence: String(row['sequence']), attempts: Number(row['attempts']), entry: entryOf(row) };
}

/** A row that an operator must decide on. */
export function toHeldRow(row: SqlRow): HeldRow {
  const { added, reason, state } = row;
  return { ...toRow(row), addedAt: Number(added), reason: unmarked(reason) ?? '', state: state === 'parked' ? 'parked' : 'held' };
}

function entryOf({ destination, key, headers, options, text, body }: SqlRow): TransportEntry {
  const { notBefore, expiresAt, priority, copy } = typeof options === 'string' ? (JSON.parse(options) as RareOptions) : NOTHING_RARE;
  return {
    destination: destinationOf(String(destination)),
    headers: headersOf(String(headers)),
    body: typeof text === 'string' ? Buffer.from(text) : (body as Uint8Array),
    partitionKey: unmarked(key),
    notBefore,
    expiresAt,
    priority,
    copy,
    immutable: true, // nobody else has it
  };
}

/** In the form in which transports read them. */
function headersOf(text: string): MessageHeaders {
  const stored = JSON.parse(text) as Readonly<Record<string, string>>;
  const headers = MessageHeaders.empty();
  for (const name of Object.keys(stored)) headers.set(name, stored[name] as string);
  return headers;
}

function destinationOf(text: string): TransportEntry['destination'] {
  const end = text.indexOf('=');
  const kind = text.slice(0, end);
  const name = text.slice(end + 1);
  if (kind === 'reply') return { kind, address: name };
  return { kind: kind === 'topic' ? 'topic' : 'endpoint', name };
}
