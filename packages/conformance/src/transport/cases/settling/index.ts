import { secondVerbIsRefused } from './24-second-verb-is-refused.ts';
import { releaseMakesItAvailableAgain } from './release-makes-it-available-again.ts';
import { unsettledComesAgainAfterClose } from './unsettled-comes-again-after-close.ts';
import type { TransportCase } from '../../transport-case.ts';

/** The four verbs, locks and lost deliveries. */
export const SETTLING_CASES: readonly TransportCase[] = [secondVerbIsRefused, releaseMakesItAvailableAgain, unsettledComesAgainAfterClose];
