import type { TransportMessage } from '../transport/transport-message.ts';

/** One message that a platform pushed into the process: an event record of a function, an HTTP push. */
export interface PushedMessage extends TransportMessage {
  /** The id that the platform gave; stands in the outcome. */
  readonly nativeId: string;
  /** How often the platform has handed it over, from 1; `undefined` where it does not count. */
  readonly attempt?: number;
  /** On an `ordered` endpoint: its partition key. Messages of one lane are handled in the order given. */
  readonly lane?: string;
}

/**
 * What the platform is to do with one pushed message. `ack`: it is done. `release`: it was not tried, make it available
 * again at once. `redeliver`: it failed, bring it again after `delayMs`. `dead-letter`: it was given up. A platform that knows
 * only success and failure takes all but `ack` as failures.
 */
export type PushedOutcome = { readonly nativeId: string } & (
  | { readonly settle: 'ack' | 'release' }
  /** `headers` are to be laid over those of the message. */
  | { readonly settle: 'redeliver'; readonly delayMs: number; readonly headers: ReadonlyMap<string, string> }
  /** `headers` tell reason, error, attempts, origin and time. */
  | { readonly settle: 'dead-letter'; readonly headers: ReadonlyMap<string, string> }
);
