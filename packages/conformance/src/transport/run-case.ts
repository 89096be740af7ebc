import { LOG_EVENTS } from '@waybill/core/transport';
import { judge } from '../judge.ts';
import type { Verdict } from '../runner.ts';
import { CaseHarness } from './case-harness.ts';
import type { TransportCase } from './transport-case.ts';
import type { TransportHarness } from './transport-harness.ts';

/**
 * Runs one case, then what holds after every case: nothing was logged above `info` that it did not declare (what it leaves behind a
 * transport may tell that is not durable), no rejection
 * was left unhandled, the process gave no warning, no timer and nothing at the broker is left open, and each fault that
 * was asked for has happened. Rejects with a sentence that begins with `conformance:`.
 */
export async function runCase(one: TransportCase, author: TransportHarness): Promise<Verdict> {
  const harness = new CaseHarness(author);
  if (!harness.offers(one.needsKill ?? [])) return 'not offered';
  const logs = [...(one.logs ?? []), ...(harness.capabilities.durable ? [] : [LOG_EVENTS.messagesLeft])];
  return judge(harness, logs, () => one.run(harness));
}
