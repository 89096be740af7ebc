import type { Row } from '../row.ts';
import { renderCosts } from './render-costs.ts';
import { renderPaths } from './render-paths.ts';
import type { Report } from './report.ts';
import { sameRow } from './report.ts';

/** The tables as Markdown, with targets, and with what changed since `before`. */
export function renderReport(report: Report, rows: readonly Row[], before: Report | undefined): string {
  const measured = rows.filter((row) => sameRow(report, row) !== undefined);
  const paths = measured.filter(({ section = 'paths' }) => section === 'paths');
  const costs = measured.filter(({ section }) => section === 'costs');
  return [
    `Machine: ${report.machine}; ${[`Node ${report.node}`, ...(report.servers ?? [])].join('; ')}; ${report.date}; medians of ${report.rounds} rounds forth and back, each figure from fresh processes.`,
    ...(report.clock === 'processor' ? ['Rates are by the processor time of the measuring thread, not by the clock.'] : []),
    ...(before === undefined ? [] : [`The last committed table is of ${before.date}, from ${before.machine}, Node ${before.node}.`]),
    ...(paths.length === 0 ? [] : ['', ...renderPaths(report, paths, before)]),
    ...(costs.length === 0 ? [] : ['', '## What each option costs on the memory transport', '', ...renderCosts(report, costs, before)]),
    '',
  ].join('\n');
}
