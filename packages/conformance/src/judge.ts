import type { CaseRun } from './case-run.ts';
import { ProcessWatch } from './process-watch.ts';
import type { Verdict } from './runner.ts';
import { expectThat } from './runner.ts';

/**
 * Runs one case, then what holds after every case: nothing was logged above `info` that it did not declare, no rejection was left
 * unhandled, the process gave no warning, and no timer and nothing behind the adapter is left open. Rejects with a sentence that
 * begins with `conformance:`.
 */
export async function judge(run: CaseRun, logs: readonly string[], work: () => Promise<Verdict>): Promise<Verdict> {
  const watch = new ProcessWatch();
  try {
    const verdict = await work();
    await run.finish();
    for (const { level, fields, message } of run.log.lines)
      expectThat(logs.includes(fields.event), `"${fields.event}" was logged as ${level}, which the case does not declare: ${message}`);
    expectThat(watch.complaints.length === 0, watch.complaints.join('; '));
    return verdict;
  } finally {
    await run.abandon().catch(() => undefined);
    watch.end();
  }
}
