import type { Row, Target } from '../row.ts';
import type { RowResult } from '../run-row.ts';
import { changeText } from './change.ts';
import { figureText, signed, timesText } from './figure.ts';
import { type Report, sameRow } from './report.ts';

/** Each path of a message beside its peers. */
export function renderPaths(report: Report, rows: readonly Row[], before: Report | undefined): readonly string[] {
  const notes = rows.flatMap(({ title, note }) => (note === undefined ? [] : [`- *${title}*: ${note}`]));
  return [
    '| path | ours | peer | theirs | ours against theirs | target | since the last table |',
    '|---|--:|---|--:|--:|---|---|',
    ...rows.flatMap((row) => rowLines(row, sameRow(report, row) as RowResult, sameRow(before, row))),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

function rowLines(row: Row, result: RowResult, earlier: RowResult | undefined): readonly string[] {
  const ours = [row.title, figureText(result.ours, row.unit)];
  if (result.peers.length === 0)
    return [line([...ours, '', '', '', verdict(row, undefined, result.ours), changeText(result.ours, earlier?.ours)])];
  return result.peers.map((peer, index) =>
    line([
      ...(index === 0 ? ours : ['', '']),
      peer.name,
      figureText(peer.figure, row.unit),
      comparison(row, peer.against),
      [...(index === 0 ? [verdict(row, undefined, result.ours)] : []), verdict(row, peer.name, peer.against)].filter(Boolean).join('; '),
      changeText(peer.against, earlier?.peers.find(({ name }) => name === peer.name)?.against),
    ]),
  );
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function comparison(row: Row, value: number): string {
  return row.compare === 'difference' ? signed(value, (absolute) => figureText(absolute, row.unit)) : timesText(value);
}

/** The target against a peer, or that of the figure itself, with a mark whether it holds; nothing where there is none. */
function verdict(row: Row, against: string | undefined, measured: number): string {
  const target: Target = row.targets.find((one) => one.against === against) ?? {};
  const show = (limit: number): string => (against === undefined ? figureText(limit, row.unit) : comparison(row, limit));
  return [
    ...(target.atLeast === undefined ? [] : [`≥ ${show(target.atLeast)} ${measured >= target.atLeast ? '✓' : '✗'}`]),
    ...(target.atMost === undefined ? [] : [`≤ ${show(target.atMost)} ${measured <= target.atMost ? '✓' : '✗'}`]),
  ].join(', ');
}
