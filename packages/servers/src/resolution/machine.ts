import type { ContainerImage, RunningContainer } from '../server-kind.ts';

/** What a resolver asks the machine it runs on; tests hand it another one. */
export interface Machine {
  /** The only server that comes into question, whatever the environment says. */
  readonly address?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Why no container can be started, or undefined. */
  readonly dockerProblem: () => Promise<string | undefined>;
  readonly startContainer: (image: ContainerImage) => Promise<RunningContainer>;
  /** A new folder for the data of a server; whoever stops the server removes it. */
  readonly makeFolder: (name: string) => string;
}
