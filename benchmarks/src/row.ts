/** Measures once, in a fresh process of its own, and returns the figure in the row's unit. */
export type Variant = () => Promise<number>;

/** What a row promises, against one of its peers or as a figure of its own. */
export interface Target {
  /** The peer; without one the figure itself is meant. */
  readonly against?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One line of the table: our figure beside those of its peers, all measured in the same run. */
export interface Row {
  readonly title: string;
  /** What the figure is: messages a second (more is better), milliseconds or bytes a message (less is better). */
  readonly unit: 'msg/s' | 'ms' | 'B/msg';
  readonly ours: Variant;
  readonly peers: Readonly<Record<string, Variant>>;
  /** How ours is set against a peer. @default 'ratio' */
  readonly compare?: 'ratio' | 'difference';
  readonly targets: readonly Target[];
  /** Options of Node for the processes that measure. */
  readonly nodeOptions?: readonly string[];
  /** Said below the table. */
  readonly note?: string;
}
