import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { thisMachine } from './resolution/this-machine.ts';
import { type ServerName, serverKind } from './server-kinds.ts';
import { type FoundServer, ServerPool } from './server-pool.ts';

/** A space on a server, for a program that is no test. */
export interface BorrowedServer extends AsyncDisposable {
  readonly found: Extract<FoundServer, { readonly isFound: true }>;
  /** With credentials. */
  readonly url: string;
  /** What every name must begin with; mostly empty. */
  readonly prefix: string;
  /** Removes the space, and ends the server where this started it. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface BorrowOptions {
  /** Its address, with credentials. @default that in the environment, or one that is found or started */
  readonly url?: string;
}

/** Finds or starts a server and makes a space on it, for benchmarks and examples. @throws Error that says how to get one. */
export async function borrowServer(name: ServerName, label: string, { url: given }: BorrowOptions = {}): Promise<BorrowedServer> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-servers-'));
  const machine = thisMachine(folder);
  const pool = new ServerPool(given === undefined ? machine : { ...machine, address: given }, serverKind, crypto.randomUUID().slice(0, 8));
  const close = async (): Promise<void> => {
    const problems = await pool.close();
    rmSync(folder, { recursive: true, force: true });
    if (problems.length > 0) throw new Error(`Not everything was removed: ${problems.join('; ')}.`);
  };
  try {
    const found = await pool.find(name);
    if (!found.isFound) throw new Error(found.problem);
    const { url, prefix } = await pool.makeSpace(name, label);
    return { found, url, prefix, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
