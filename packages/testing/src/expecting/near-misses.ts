import type { Contract } from '@waybill/core';
import { payloadOf } from '../recording/payload-of.ts';
import type { RecordedMessage, RecordKind } from '../recording/recorded-message.ts';
import { fieldsRead } from './fields-read.ts';
import { differences } from './message-pattern.ts';
import { show, showDuration } from './show.ts';

/** What a test asked for. */
export interface Wanted {
  readonly kind: RecordKind;
  readonly contract: Contract | undefined;
  readonly where: unknown;
}

const MOST_LINES = 10;

/** What each kind is called in a sentence. */
const WORDS: Readonly<Record<RecordKind, string>> = {
  sent: 'sent',
  published: 'published',
  replied: 'given as a reply',
  consumed: 'consumed',
  faulted: 'faulted',
  deadLettered: 'dead-lettered',
  skipped: 'skipped',
};

/** True of a recording that is of the contract, and is as was asked for. */
export function matches(one: RecordedMessage, contract: Contract | undefined, where: unknown): boolean {
  if (contract !== undefined && !isOf(one, contract)) return false;
  if (where === undefined) return true;
  const payload = payloadOf(one, contract);
  return typeof where === 'function'
    ? Boolean((where as (message: unknown, recorded: RecordedMessage) => unknown)(payload, one))
    : differences(where, payload).length === 0;
}

/** A reply is of the contract of its request. */
function isOf({ kind, name }: RecordedMessage, contract: Contract): boolean {
  if (kind !== 'replied') return name === contract.name;
  return name === `${contract.name}.reply` || name.startsWith(`${contract.name}.reply.`);
}

/** "orders.order-submitted with { orderId: '1' }". */
export function describeWanted({ contract, where }: Wanted): string {
  const name = contract?.name ?? 'message';
  if (where === undefined) return name;
  return typeof where === 'function' ? `${name} that the predicate holds for` : `${name} with ${show(where)}`;
}

/** Why a message was not found: those of its contract with what is wrong with them, and what was seen instead. */
export function nearMisses(wanted: Wanted, all: readonly RecordedMessage[], hints: readonly string[]): string {
  const { kind, contract } = wanted;
  const near = all.filter((one) => one.kind === kind && contract !== undefined && isOf(one, contract));
  const others = all.filter((one) => one.kind === kind && !near.includes(one));
  const elsewhere = all.filter((one) => one.kind !== kind && one.kind !== 'faulted' && contract !== undefined && isOf(one, contract));
  const failures = all.filter((one) => one.kind === 'faulted');
  return [
    `No ${describeWanted(wanted)} was ${WORDS[kind]}.`,
    ...section(
      'Near misses, the same contract:',
      near.flatMap((one, index) => nearMiss(one, index + 1, wanted)),
    ),
    ...section(`Also ${WORDS[kind]}:`, others.map(line)),
    ...section(
      'The same contract elsewhere:',
      elsewhere.map((one) => `${line(one)}, ${WORDS[one.kind]}`),
    ),
    ...(kind === 'faulted' ? [] : section('Attempts that failed:', failures.map(line))),
    ...(all.length === 0 ? ['Nothing at all was sent or received.'] : []),
    ...hints,
  ].join('\n');
}

function nearMiss(one: RecordedMessage, number: number, { where, contract }: Wanted): readonly string[] {
  const payload = payloadOf(one, contract);
  const why =
    typeof where === 'function'
      ? fieldsRead((message) => (where as (message: unknown, recorded: RecordedMessage) => unknown)(message, one), payload)
      : differences(where, payload);
  return [`  ${number}. ${line(one).trim()}`, ...why.map((text) => `     ${text}`)];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES * 2);
  return [title, ...shown, ...(lines.length > shown.length ? [`  … and ${lines.length - shown.length} lines more`] : [])];
}

/** One recording in one line. */
export function line(one: RecordedMessage): string {
  const error = one.kind === 'faulted' ? ` failed with ${show(one.error)}${comesAgain(one)}` : '';
  const attempt = one.attempt !== undefined && one.attempt > 1 ? `, attempt ${one.attempt}` : '';
  const place = one.kind === 'replied' || one.place === one.name ? '' : ` ${one.attempt === undefined ? 'to' : 'at'} ${one.place}`;
  const reason = one.reason === undefined ? '' : ` (${one.reason}: ${show(one.error)})`;
  return `  +${showDuration(one.at)} ${one.name}${place}${attempt} ${show(one.message)}${error}${reason}`;
}

/** What follows a failed attempt. */
export function comesAgain({ next, delayMs }: Pick<RecordedMessage, 'next' | 'delayMs'>): string {
  if (next === undefined) return '';
  if (next === 'retry' || next === 'redeliver')
    return ` → ${next === 'retry' ? 'tried again' : 'comes again'}${delayMs === 0 ? ' at once' : ` in ${showDuration(delayMs ?? 0)}`}`;
  return next === 'release' ? ' → goes back to the broker' : ` → ${next === 'discard' ? 'discarded' : 'dead-lettered'}`;
}
