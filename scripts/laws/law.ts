import type { Workspace } from './workspace.ts';

/** One place that breaks a law. */
export interface Breach {
  readonly path: string;
  readonly line?: number;
  /** The thing and the cause, one sentence. */
  readonly problem: string;
}

/** A rule of this repository that a machine can check. */
export interface Law {
  readonly name: string;
  /** What to do about a breach, one sentence. */
  readonly wayOut: string;
  check(workspace: Workspace): readonly Breach[];
}
