import type { Row, Target } from './row.ts';
import type { RowResult } from './run-row.ts';

/** A whole run: what was measured, where and when. */
export interface Report {
  readonly machine: string;
  readonly node: string;
  readonly date: string;
  readonly rounds: number;
  readonly rows: readonly RowResult[];
}

/** A figure that moved by more than this share since the last committed run is marked. */
const CHANGED = 0.05;

/** The table as Markdown, each row with its peers, targets, and what changed since `before`. */
export function renderReport(report: Report, rows: readonly Row[], before: Report | undefined): string {
  const lines = report.rows.flatMap((result) =>
    renderRow(
      result,
      rows.find(({ title }) => title === result.title),
      before,
    ),
  );
  const notes = rows.filter(({ note }) => note !== undefined).map(({ title, note }) => `- *${title}*: ${note}`);
  return [
    `Machine: ${report.machine}; Node ${report.node}; ${report.date}; medians of ${report.rounds} rounds forth and back, each figure from fresh processes.`,
    '',
    '| path | ours | peer | theirs | ours against theirs | target | since the last run |',
    '|---|--:|---|--:|--:|---|---|',
    ...lines,
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n');
}

function renderRow(result: RowResult, row: Row | undefined, before: Report | undefined): readonly string[] {
  const earlier = before?.rows.find(({ title }) => title === result.title);
  const ours = [result.title, figure(result.ours, result.unit)];
  if (result.peers.length === 0)
    return [line([...ours, '', '', '', verdict(undefined, result.ours, row, result.unit), change(result.ours, earlier?.ours)])];
  return result.peers.map((peer, index) =>
    line([
      ...(index === 0 ? ours : ['', '']),
      peer.name,
      figure(peer.figure, result.unit),
      comparison(peer.against, row, result.unit),
      verdict(peer.name, peer.against, row, result.unit),
      change(peer.against, earlier?.peers.find(({ name }) => name === peer.name)?.against),
    ]),
  );
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function comparison(value: number, row: Row | undefined, unit: Row['unit']): string {
  return row?.compare === 'difference' ? figure(value, unit) : `${value >= 10 ? value.toFixed(0) : value.toFixed(2)} ×`;
}

/** The target against a peer, or that of the figure itself, with a mark whether it holds. */
function verdict(against: string | undefined, measured: number, row: Row | undefined, unit: Row['unit']): string {
  const target: Target = row?.targets.find((one) => one.against === against) ?? {};
  const show = (limit: number): string => (against === undefined ? figure(limit, unit) : comparison(limit, row, unit));
  return [
    ...(target.atLeast === undefined ? [] : [`≥ ${show(target.atLeast)} ${measured >= target.atLeast ? '✓' : '✗'}`]),
    ...(target.atMost === undefined ? [] : [`≤ ${show(target.atMost)} ${measured <= target.atMost ? '✓' : '✗'}`]),
  ].join(', ');
}

function change(now: number, before: number | undefined): string {
  if (before === undefined) return 'new';
  const share = now / before - 1;
  if (Math.abs(share) <= CHANGED) return '=';
  return `**${share > 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(0)} %**`;
}

function figure(value: number, unit: Row['unit']): string {
  if (unit === 'msg/s') return value >= 1e6 ? `${(value / 1e6).toFixed(2)} M/s` : `${(value / 1e3).toFixed(1)} k/s`;
  return unit === 'ms' ? `${value.toFixed(1)} ms` : `${Math.round(value)} B`;
}
