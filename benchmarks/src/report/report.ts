import type { Pace } from '../row.ts';
import type { RowResult } from '../run-row.ts';

/** A whole run: what was measured, where and when. */
export interface Report {
  readonly machine: string;
  readonly node: string;
  readonly date: string;
  readonly rounds: number;
  readonly clock?: Pace['clock'];
  /** Kind and version of those that rows were measured on. */
  readonly servers?: readonly string[];
  readonly rows: readonly RowResult[];
}

/** The same row of an earlier run. */
export function sameRow(report: Report | undefined, { title, unit }: Pick<RowResult, 'title' | 'unit'>): RowResult | undefined {
  return report?.rows.find((row) => row.title === title && row.unit === unit);
}
