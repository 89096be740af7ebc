import type { Row } from '../row.ts';
import type { RowResult } from '../run-row.ts';
import { changeText } from './change.ts';
import { figureText, signed } from './figure.ts';
import { type Report, sameRow } from './report.ts';

/** Each option beside the defaults: time and memory of one message, sent and handled. */
export function renderCosts(report: Report, rows: readonly Row[], before: Report | undefined): readonly string[] {
  const titles = Array.from(new Set(rows.map(({ title }) => title)));
  return [
    '| with | time of a message | by default | more | since the last table | allocated | by default | more | since the last table |',
    '|---|--:|--:|--:|---|--:|--:|--:|---|',
    ...titles.map((title) => `| ${[title, ...timeCells(report, title, before), ...memoryCells(report, title, before)].join(' | ')} |`),
  ];
}

function timeCells(report: Report, title: string, before: Report | undefined): readonly string[] {
  const now = pairOf(report, title, 'ns/msg');
  if (now === undefined) return ['', '', '', ''];
  const more = now.against - 1;
  const percent = signed(more, (share) => `${(share * 100).toFixed(0)} %`);
  return [
    figureText(now.ours, 'ns/msg'),
    figureText(now.defaults, 'ns/msg'),
    `${signed(more * now.defaults, (ns) => figureText(ns, 'ns/msg'))} (${percent})`,
    changeText(now.against, pairOf(before, title, 'ns/msg')?.against),
  ];
}

function memoryCells(report: Report, title: string, before: Report | undefined): readonly string[] {
  const now = pairOf(report, title, 'B/msg');
  if (now === undefined) return ['', '', '', ''];
  return [
    figureText(now.ours, 'B/msg'),
    figureText(now.defaults, 'B/msg'),
    signed(now.against, (bytes) => figureText(bytes, 'B/msg')),
    changeText(now.ours, pairOf(before, title, 'B/msg')?.ours),
  ];
}

/** The option and the defaults, as measured beside each other. */
function pairOf(
  report: Report | undefined,
  title: string,
  unit: RowResult['unit'],
): { readonly ours: number; readonly defaults: number; readonly against: number } | undefined {
  const row = sameRow(report, { title, unit });
  const [peer] = row?.peers ?? [];
  return row === undefined || peer === undefined ? undefined : { ours: row.ours, defaults: peer.figure, against: peer.against };
}
