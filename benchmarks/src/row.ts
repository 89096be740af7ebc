/** How long a figure is measured. */
export interface Pace {
  readonly warmUpMs: number;
  readonly sampleMs: number;
  readonly samples: number;
  /** What rates are counted by: the time on the clock, or the time that the measuring thread had a processor. @default 'wall' */
  readonly clock?: 'wall' | 'processor';
}

/** Measures once, in a fresh process of its own, and returns the figure in the row's unit. */
export type Variant = (pace: Pace) => Promise<number>;

/** What a row promises, against one of its peers or as a figure of its own. */
export interface Target {
  /** The peer; without one the figure itself is meant. */
  readonly against?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a figure is: messages a second (more is better), or milliseconds, nanoseconds or bytes a message (less is better). */
export type Unit = 'msg/s' | 'ms' | 'ns/msg' | 'B/msg';

/** One line of the table: our figure beside those of its peers, all measured in the same run. */
export interface Row {
  /** Unique together with the unit. */
  readonly title: string;
  /** Costs are options of ours beside the defaults of ours, and stand in a table of their own. @default 'paths' */
  readonly section?: 'paths' | 'costs';
  readonly unit: Unit;
  readonly ours: Variant;
  readonly peers: Readonly<Record<string, Variant>>;
  /** How ours is set against a peer. @default 'ratio' */
  readonly compare?: 'ratio' | 'difference';
  readonly targets: readonly Target[];
  /** Rounds of this row, whatever the command line says: for figures that are always the same, or that take no time. */
  readonly rounds?: number;
  /** Options of Node for the processes that measure. */
  readonly nodeOptions?: readonly string[];
  /** Said below the table. */
  readonly note?: string;
}
