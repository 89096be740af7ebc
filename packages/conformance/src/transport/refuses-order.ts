import { endpoint, isBusError } from '@waybill/core';
import type { Verdict } from '../runner.ts';
import { expectThat } from '../runner.ts';
import { rejectionOf } from './bench.ts';
import type { CaseHarness } from './case-harness.ts';
import { makeBus } from './start-bus.ts';

/** For cases of lanes where the transport has none: a bus with an ordered endpoint does not start. */
export async function refusesOrder(harness: CaseHarness): Promise<Verdict> {
  const name = harness.uniqueName();
  const bus = makeBus(harness, { endpoints: [endpoint(name, { handlers: [], ordered: true })] });
  const error = await rejectionOf('a start with `ordered` without lanes', () => bus.start());
  expectThat(isBusError(error, 'CAPABILITY_NOT_SUPPORTED'), `a start with \`ordered\` without lanes gave ${String(error)}`);
  expectThat(error.message.includes(name), `the error does not name the endpoint: ${error.message}`);
  return 'refused';
}
