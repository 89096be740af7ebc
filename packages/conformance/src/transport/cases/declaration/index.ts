import { capabilitiesAreFrozen } from './capabilities-are-frozen.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What a transport says of itself. */
export const DECLARATION_CASES: readonly TransportCase[] = [capabilitiesAreFrozen];
