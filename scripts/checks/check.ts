/** One thing that `pnpm check` proves about the repository at `root`. */
export interface Check {
  readonly name: string;
  /** What to do when it fails, one sentence. */
  readonly wayOut: string;
  /** The problems found, none when all is well. */
  run(root: string): Promise<readonly string[]>;
}
