import { aDescriptionHoldsNoSecret } from './a-description-holds-no-secret.ts';
import { anUndeclaredCapabilityIsRefused } from './an-undeclared-capability-is-refused.ts';
import { capabilitiesAreComplete } from './capabilities-are-complete.ts';
import { capabilitiesAreFrozen } from './capabilities-are-frozen.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What a transport says of itself. */
export const DECLARATION_CASES: readonly TransportCase[] = [
  aDescriptionHoldsNoSecret,
  anUndeclaredCapabilityIsRefused,
  capabilitiesAreComplete,
  capabilitiesAreFrozen,
];
