import { judge } from '../judge.ts';
import type { Verdict } from '../runner.ts';
import type { StoreCase } from './store-case.ts';
import type { StoreHarness } from './store-harness.ts';
import { StoreRun } from './store-run.ts';

/**
 * Runs one case, then what holds after every case: nothing was logged above `info`, no rejection was left unhandled, the process gave
 * no warning, no timer and nothing at the database is left open. Rejects with a sentence that begins with `conformance:`.
 */
export async function runStoreCase<Tx>(one: StoreCase, author: StoreHarness<Tx>): Promise<Verdict> {
  const run = new StoreRun(author as StoreHarness<unknown>);
  if (one.needs !== undefined && !run.offers(one.needs)) return 'not offered';
  return judge(run, [], () => verdictOf(one, run));
}

async function verdictOf(one: StoreCase, run: StoreRun): Promise<Verdict> {
  try {
    return (await one.run(run)) ?? 'proven';
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('conformance:')) throw error;
    throw new Error(`conformance: the store failed where it must not: ${String(error)}`, { cause: error });
  }
}
