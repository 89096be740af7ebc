import { borrowServer, type BorrowedServer, type ServerName } from '@waybill/servers';
import type { FoundRow } from './find-rows.ts';

/** The servers that rows are measured on. */
export interface BorrowedServers extends AsyncDisposable {
  /** By kind, of those that there are; with credentials. */
  readonly urls: ReadonlyMap<ServerName, string>;
  /** Kind and version of each, for the table. */
  readonly shown: readonly string[];
  /** What is not measured, and why: a line for each server that there is none of. */
  readonly missing: readonly string[];
  /** Removes the spaces, and ends what this has started. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Borrows each server that a row needs, once for all its rows, in a space that is removed with all that is in it. Never rejects. */
export async function borrowServers(found: readonly FoundRow[], borrow: typeof borrowServer = borrowServer): Promise<BorrowedServers> {
  const servers = new Map<ServerName, BorrowedServer>();
  const missing: string[] = [];
  for (const name of new Set(found.flatMap(({ row }) => row.servers ?? []))) {
    try {
      const server = await borrow(name, 'benchmarks');
      servers.set(name, server);
      if (server.prefix !== '') throw new Error(`No space of its own can be made there: it makes ${server.found.way}.`);
    } catch (error) {
      missing.push(`not measured: the rows that need ${name}. ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const usable = Array.from(servers).filter(([, { prefix }]) => prefix === '');
  return {
    urls: new Map(usable.map(([name, { url }]) => [name, url])),
    shown: usable.map(
      ([
        ,
        {
          found: { title, version },
        },
      ]) => `${title} ${version}`,
    ),
    missing,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
    },
  };
}
