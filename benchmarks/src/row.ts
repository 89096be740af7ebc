import type { ServerName } from '@waybill/servers';

/** How long a figure is measured. */
export interface Pace {
  readonly warmUpMs: number;
  readonly sampleMs: number;
  readonly samples: number;
  /** What rates are counted by: the time on the clock, or the time that the measuring thread had a processor. @default 'wall' */
  readonly clock?: 'wall' | 'processor';
}

/**
 * Measures once, in a fresh process of its own, and returns the figure in the row's unit; where the row has further lines, one
 * for each, in their order. `urls` are those of the servers that the row needs, in its order.
 */
export type Variant = (pace: Pace, ...urls: readonly string[]) => Promise<number | readonly number[]>;

/** What a row promises, against one of its peers or as a figure of its own. */
export interface Target {
  /** The peer; without one the figure itself is meant. */
  readonly against?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a figure is: messages a second (more is better), or milliseconds, nanoseconds or bytes a message (less is better). */
export type Unit = 'msg/s' | 'ms' | 'ns/msg' | 'B/msg';

/** One line of the table: our figure beside those of its peers. */
export interface Line {
  /** Unique together with the unit. */
  readonly title: string;
  /** How ours is set against a peer. @default 'ratio' */
  readonly compare?: 'ratio' | 'difference';
  readonly targets: readonly Target[];
  /** Said below the table. */
  readonly note?: string;
}

/** What is measured in one run: ours and each peer. */
export interface Row extends Line {
  /** Costs are options of ours beside the defaults of ours, and stand in a table of their own. @default 'paths' */
  readonly section?: 'paths' | 'costs';
  readonly unit: Unit;
  readonly ours: Variant;
  readonly peers: Readonly<Record<string, Variant>>;
  /** Lines of other figures that the same processes measure. @default none */
  readonly further?: readonly Line[];
  /** Measured on servers of these kinds, in a space of its own on each; where one is missing the row is left out. @default none */
  readonly servers?: readonly ServerName[];
  /** Rounds of this row, whatever the command line says: for figures that are always the same, or that take no time. */
  readonly rounds?: number;
  /** Options of Node for the processes that measure. */
  readonly nodeOptions?: readonly string[];
}

/** The lines that a row has in the table, each as a row of its own. */
export function linesOf(row: Row): readonly Row[] {
  const { note: _note, compare: _compare, further = [], ...shared } = row;
  return [row, ...further.map((line) => ({ ...shared, ...line }))];
}
