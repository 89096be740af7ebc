/** One dead letter, read from its headers; its body is decoded only when asked. */
export interface DeadLetterItem {
  /** The id to take it by; stable while the letter stands there. */
  readonly id: string;
  /** Why it stands there: `failed`, `unreadable`, `unknown`, `version-too-new`, `expired`, or what a broker wrote. */
  readonly reason: string | undefined;
  /** The error that put it there: code, then text, at most 8,192 characters. */
  readonly error: string | undefined;
  /** How often handling was tried. */
  readonly attempts: number;
  /** The endpoint that it was taken from. */
  readonly origin: string | undefined;
  /** When it was dead-lettered; `undefined` where a broker did it alone. */
  readonly deadLetteredAt: Date | undefined;
  readonly messageId: string | undefined;
  /** The name of its contract on the wire. */
  readonly name: string | undefined;
  /** All headers, those of the failure included. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /**
   * The body as its serializer reads it; no schema is applied.
   * @throws DeliveryError `BODY_UNREADABLE`, `BODY_NOT_ALLOWED`, `BODY_TOO_DEEP`; MessageError `SERIALIZER_UNKNOWN`
   */
  read(): unknown;
}

/** Which letters are meant. What it throws ends the operation. */
export type DeadLetterFilter = (letter: DeadLetterItem) => boolean;

/** Letters by id, or by a filter. */
export type DeadLetterSelection = string | readonly string[] | DeadLetterFilter;

/** Options of {@link DeadLetters.list}. */
export interface DeadLetterQuery {
  /** The cursor of an earlier listing. @default from the oldest */
  readonly after?: string;
  /** The most letters to show. @default all */
  readonly limit?: number;
  /** Shows only these. @default all */
  readonly where?: DeadLetterFilter;
  /** Ends the listing: it throws the signal's reason. @default none */
  readonly signal?: AbortSignal;
}

/** Dead letters as they are read, oldest first; pages are fetched as the iteration goes on. */
export interface DeadLetterListing extends AsyncIterable<DeadLetterItem> {
  /** After the iteration has ended: where the next listing goes on, or `undefined` when there is no more. */
  readonly cursor: string | undefined;
  /** False as soon as letters may be missing, because another process held them when their page was read. */
  readonly complete: boolean;
}

/** What became of one letter: `gone` was not there any more, `failed` stays there, `unknown` may have been done, `untried` was given up before. */
export interface DeadLetterOutcome {
  readonly id: string;
  readonly status: 'returned' | 'discarded' | 'gone' | 'failed' | 'unknown' | 'untried';
  /** The error of `failed` and `unknown`. */
  readonly error?: unknown;
}

/** What became of all the letters that were meant. */
export interface DeadLetterReport {
  readonly outcomes: readonly DeadLetterOutcome[];
  /** False when a filter may have missed letters: there were more than `limit`, or another process held some. */
  readonly complete: boolean;
}

/** Options of {@link DeadLetters.return} and {@link DeadLetters.discard}. */
export interface DeadLetterActionOptions {
  /** The most letters that a filter selects. @default 1,000 */
  readonly limit?: number;
  /** Told of each letter as soon as its outcome is known. What it throws changes nothing. @default nobody */
  readonly onProgress?: (outcome: DeadLetterOutcome) => void;
  /** Gives up between two letters; what was not begun is `untried`. @default none */
  readonly signal?: AbortSignal;
}

/** Dead letters, counted. Names and reasons come from the wire; those without one are counted under `''`. */
export interface DeadLetterSummary {
  readonly total: number;
  readonly byReason: ReadonlyMap<string, number>;
  readonly byName: ReadonlyMap<string, number>;
  /** False when letters may be missing from the numbers: there were more than `limit`, or another process held some. */
  readonly complete: boolean;
}

/** The dead letters of one endpoint. */
export interface DeadLetters {
  readonly endpoint: string;
  /** How many there are; a broker may give an estimate. */
  count(): Promise<number>;
  /** Lists them. Changes nothing that it shows: not their order, number, headers or counts. @throws ConfigurationError `OPTION_INVALID` */
  list(query?: DeadLetterQuery): DeadLetterListing;
  /** One letter, or `undefined`. Reads from the oldest on until it is found. */
  get(id: string, options?: { readonly signal?: AbortSignal }): Promise<DeadLetterItem | undefined>;
  /** Counts them by reason and by name. @param options.limit the most to read @default 10,000 */
  summary(options?: { readonly limit?: number; readonly signal?: AbortSignal }): Promise<DeadLetterSummary>;
  /**
   * Sends letters back to their endpoint, as they came there: the message id stays, and with it the key of the inbox;
   * attempts begin anew; the headers of the failure go, and an expiry that is past. A letter leaves only after its copy was
   * accepted. Letters that come while it runs are not touched. It rejects for nothing that concerns one letter only.
   * @throws ConfigurationError `OPTION_INVALID`
   */
  return(selection: DeadLetterSelection, options?: DeadLetterActionOptions): Promise<DeadLetterReport>;
  /** Removes letters for good. Otherwise as {@link return}. */
  discard(selection: DeadLetterSelection, options?: DeadLetterActionOptions): Promise<DeadLetterReport>;
}
