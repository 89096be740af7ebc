import { inject } from 'vitest';

import type { DeskRequest } from './desk.ts';

/** What the setup of the run provides to its test files. */
export interface RunServers {
  /** Where the desk is asked. */
  readonly desk: string;
  /** Below it stand the data of servers; what is left there at the end is killed and removed. */
  readonly folder: string;
  /** `WAYBILL_REQUIRE`. */
  readonly requirement: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    waybillServers: RunServers;
  }
  interface TaskMeta {
    /** The server that a test runs against. */
    waybillServer?: string;
    /** It is one that was started for the tests alone. */
    waybillOwn?: boolean;
  }
}

/** @throws Error outside the project `broker`, which has the setup. */
export function runServers(): RunServers {
  const servers = inject('waybillServers') as RunServers | undefined;
  if (servers === undefined) throw new Error('No servers are set up for this file. Name it *.broker.test.ts.');
  return servers;
}

/** Asks the desk of the run. */
export async function askDesk<Answer>(request: DeskRequest): Promise<Answer> {
  const response = await fetch(runServers().desk, { method: 'POST', body: JSON.stringify(request) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Answer;
}
