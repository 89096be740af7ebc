import type { TransportMessage } from './transport-message.ts';

/** One message in the dead letters of an endpoint. */
export interface DeadLetter {
  /** The id to take it by; stable while the letter stands there. */
  readonly id: string;
  /** The message as it was, with reason, error, origin and attempt in its headers. */
  readonly message: TransportMessage;
}

/** One page of a listing. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetter[];
  /** Where the next page begins; `undefined` when this was the last. */
  readonly cursor: string | undefined;
  /** False when letters may be missing from the page, because another process holds them at this moment. */
  readonly complete: boolean;
}

/** Options of {@link ITransportDeadLetters.list}. */
export interface DeadLetterListOptions {
  /** The cursor of the page before. @default from the beginning */
  readonly after?: string;
  /** The most letters on the page. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** The dead letters of the endpoints of one transport. */
export interface ITransportDeadLetters {
  /** How many stand in the dead letters of the endpoint; a broker may give an estimate. */
  count(endpoint: string): Promise<number>;
  /** Lists them, oldest first. Changes nothing that it shows: not their order, number, headers or counts. */
  list(endpoint: string, options: DeadLetterListOptions): Promise<DeadLetterPage>;
  /**
   * Takes letters out: for each id that is there, awaits `act`, and removes the letter only after it resolved. When `act`
   * rejects, the letter stays and the error is passed on after the others were tried. Ids that are gone are left out.
   * Returns the ids that were taken.
   */
  take(endpoint: string, ids: readonly string[], act: (letter: DeadLetter) => Promise<void>): Promise<readonly string[]>;
}
