import type { TestRunner, Verdict } from '../runner.ts';
import { capabilitiesAreFrozen } from './cases/capabilities-are-frozen.ts';
import { deliversEveryMessageOnce } from './cases/delivers-every-message-once.ts';
import { neverExceedsThePrefetch } from './cases/never-exceeds-the-prefetch.ts';
import { nothingIsHandedOverAfterStop } from './cases/nothing-is-handed-over-after-stop.ts';
import { opensClosesOpensAgain } from './cases/opens-closes-opens-again.ts';
import { refusesWhenNotOpen } from './cases/refuses-when-not-open.ts';
import { releaseMakesItAvailableAgain } from './cases/release-makes-it-available-again.ts';
import { reportsAnUnroutableMessage } from './cases/reports-an-unroutable-message.ts';
import { secondVerbIsRefused } from './cases/second-verb-is-refused.ts';
import { unsettledComesAgainAfterClose } from './cases/unsettled-comes-again-after-close.ts';
import type { TransportCase } from './transport-case.ts';
import type { TransportHarness } from './transport-harness.ts';

/** All cases, in the order of their groups. */
export const TRANSPORT_CASES: readonly TransportCase[] = [
  capabilitiesAreFrozen,
  opensClosesOpensAgain,
  nothingIsHandedOverAfterStop,
  deliversEveryMessageOnce,
  refusesWhenNotOpen,
  reportsAnUnroutableMessage,
  neverExceedsThePrefetch,
  releaseMakesItAvailableAgain,
  unsettledComesAgainAfterClose,
  secondVerbIsRefused,
];

/** Registers one test per case with the runner; `onVerdict` hears how each was met. */
export function testTransport(
  name: string,
  harness: TransportHarness,
  runner: TestRunner,
  onVerdict: (verdict: Verdict, name: string) => void = () => undefined,
): void {
  runner.describe(`${name} conforms to the transport port`, () => {
    for (const one of TRANSPORT_CASES) runner.it(`${one.group}: ${one.name}`, async () => onVerdict(await one.run(harness), one.name));
  });
}
