import type { Verdict } from '../runner.ts';
import type { TransportHarness } from './transport-harness.ts';

/** One behaviour that every transport must show. */
export interface TransportCase {
  /** Its name; the file is named after it. */
  readonly name: string;
  readonly group: 'declaration' | 'life' | 'sending' | 'settling';
  /** Throws unless the behaviour holds. */
  readonly run: (harness: TransportHarness) => Promise<Verdict>;
}
