import { Fault } from '@waybill/core';
import { comesAgain } from '../expecting/near-misses.ts';
import { show, showDuration } from '../expecting/show.ts';
import type { RecordedMessage } from '../recording/recorded-message.ts';

/** All that a harness recorded, in the order of its happening, less the faults that nobody here handles: the failure itself stands there. */
export interface Timeline {
  readonly entries: readonly RecordedMessage[];
  /** One line for each entry, without times and ids, to compare with what a test expects: `published orders.order-submitted`. */
  readonly steps: readonly string[];
  /** A table for people: when, who, what. */
  toString(): string;
  /** A sequence diagram in Mermaid. */
  toMermaid(): string;
}

/** Who sends where no handler does. */
const TEST = 'test';

/** Makes a {@link Timeline}. `title` stands above the table, where there is one. */
export function timelineOf(recorded: readonly RecordedMessage[], title: string | undefined): Timeline {
  const isHandled = recorded.some(({ name, kind }) => name === Fault.name && kind !== 'published');
  const entries = isHandled ? recorded : recorded.filter(({ name }) => name !== Fault.name);
  return Object.freeze({
    entries,
    steps: entries.map(({ kind, name }) => `${kind} ${name}`),
    toString: () => table(entries, title),
    toMermaid: () => mermaid(entries),
  });
}

function table(entries: readonly RecordedMessage[], title: string | undefined): string {
  const rows = entries.map((one) => [`+${showDuration(one.at)}`, who(one), one.kind, one.name, what(one)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...(title === undefined ? [] : [title]), ...lines].join('\n');
}

function who(one: RecordedMessage): string {
  if (one.attempt !== undefined || one.kind === 'deadLettered') return one.place;
  return one.kind === 'replied' ? (one.from ?? TEST) : `${one.from ?? TEST} → ${one.place}`;
}

function what(one: RecordedMessage): string {
  const attempt = one.attempt !== undefined && one.attempt > 1 ? `attempt ${one.attempt} ` : '';
  if (one.kind === 'faulted') return `${attempt}${show(one.error)}${comesAgain(one)}`;
  if (one.kind === 'deadLettered') return `${one.reason ?? ''}: ${show(one.error)}`;
  return `${attempt}${show(one.message)}`;
}

function mermaid(entries: readonly RecordedMessage[]): string {
  const names = new Map<string, string>();
  const alias = (name: string): string => {
    const known = names.get(name) ?? `p${names.size}`;
    names.set(name, known);
    return known;
  };
  const topics = new Map(entries.filter(({ kind }) => kind === 'published').map(({ name, place }) => [name, place]));
  const lines: string[] = [];
  let at = 0;
  for (const one of entries) {
    if (one.at > at) {
      lines.push(`Note over ${alias(TEST)}: +${showDuration(one.at)}`);
      at = one.at;
    }
    lines.push(arrow(one, alias, topics.get(one.name)));
  }
  const participants = Array.from(names, ([name, short]) => `participant ${short} as ${safe(name)}`);
  return ['sequenceDiagram', ...[...participants, ...lines].map((text) => `  ${text}`)].join('\n');
}

/** `topic` is where the message was published, if it was. */
function arrow(one: RecordedMessage, alias: (name: string) => string, topic: string | undefined): string {
  const from = alias(one.from ?? TEST);
  if (one.kind === 'replied') return `${from}-->>${alias(TEST)}: ${safe(one.name)}`;
  if (one.kind === 'sent' || one.kind === 'published')
    return `${from}${one.kind === 'sent' ? '->>' : '-)'}${alias(one.place)}: ${safe(one.name)}`;
  const place = alias(one.place);
  const mark = { consumed: '✓', faulted: '✗', deadLettered: '† dead letter', skipped: '– skipped' }[one.kind];
  if (one.kind === 'consumed' && topic !== undefined) return `${alias(topic)}-->>${place}: ✓ ${safe(one.name)}`;
  const detail = one.kind === 'faulted' ? ` ${show(one.error)}${comesAgain(one)}` : '';
  return `Note over ${place}: ${mark} ${safe(one.name + detail)}`;
}

/** Mermaid ends a text at `;` and `#`, and a line at a line break. */
const safe = (text: string): string => text.replaceAll(/[;#\r\n]/g, ' ');
