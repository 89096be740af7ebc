import { opensClosesOpensAgain } from './43-opens-closes-opens-again.ts';
import { nothingIsHandedOverAfterStop } from './nothing-is-handed-over-after-stop.ts';
import type { TransportCase } from '../../transport-case.ts';

/** Open, close, start, stop, and what they leave behind. */
export const LIFE_CASES: readonly TransportCase[] = [opensClosesOpensAgain, nothingIsHandedOverAfterStop];
