import type { Runtime } from '../runtime/runtime.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import type {
  DeadLetterActionOptions,
  DeadLetterItem,
  DeadLetterListing,
  DeadLetterQuery,
  DeadLetterReport,
  DeadLetters,
  DeadLetterSelection,
  DeadLetterSummary,
} from './dead-letters.ts';
import type { LetterPlace } from './letter-listing.ts';
import { assertLimit, LetterListing } from './letter-listing.ts';
import { returnEntry } from './return-entry.ts';
import type { LetterAction } from './take-letters.ts';
import { takeLetters } from './take-letters.ts';

const SELECTION_LIMIT = 1_000;
const SUMMARY_LIMIT = 10_000;

/** What {@link EndpointDeadLetters} works with. */
export interface DeadLetterParts extends LetterPlace {
  /** The endpoint's name in the bus. */
  readonly endpoint: string;
  /** Where the endpoint receives at the broker: where letters return to. */
  readonly entity: string;
  readonly runtime: Runtime;
  /** Sends one entry; rejects unless it is accepted. */
  readonly send: (entry: TransportEntry) => Promise<void>;
}

/** The dead letters of one endpoint of a running bus. */
export class EndpointDeadLetters implements DeadLetters {
  readonly endpoint: string;
  readonly #parts: DeadLetterParts;

  constructor(parts: DeadLetterParts) {
    this.endpoint = parts.endpoint;
    this.#parts = parts;
  }

  count(): Promise<number> {
    return this.#parts.letters.count(this.#parts.name);
  }

  list(query: DeadLetterQuery = {}): DeadLetterListing {
    return new LetterListing(this.#parts, query);
  }

  async get(id: string, options: { readonly signal?: AbortSignal } = {}): Promise<DeadLetterItem | undefined> {
    for await (const letter of this.list({ ...options, where: (one) => one.id === id })) return letter;
    return undefined;
  }

  async summary(options: { readonly limit?: number; readonly signal?: AbortSignal } = {}): Promise<DeadLetterSummary> {
    const listing = this.list({ limit: SUMMARY_LIMIT, ...options });
    const byReason = new Map<string, number>();
    const byName = new Map<string, number>();
    let total = 0;
    for await (const { reason = '', name = '' } of listing) {
      total += 1;
      byReason.set(reason, (byReason.get(reason) ?? 0) + 1);
      byName.set(name, (byName.get(name) ?? 0) + 1);
    }
    return { total, byReason, byName, complete: listing.complete && listing.cursor === undefined };
  }

  return(selection: DeadLetterSelection, options: DeadLetterActionOptions = {}): Promise<DeadLetterReport> {
    const { entity, runtime, send } = this.#parts;
    return this.#take(selection, { done: 'returned', act: (letter) => send(returnEntry(letter, entity, runtime)) }, options);
  }

  discard(selection: DeadLetterSelection, options: DeadLetterActionOptions = {}): Promise<DeadLetterReport> {
    return this.#take(selection, { done: 'discarded', act: () => Promise.resolve() }, options);
  }

  /** The ids are fixed before the first letter is taken: what comes back while it runs is not taken again. */
  async #take(selection: DeadLetterSelection, action: LetterAction, options: DeadLetterActionOptions): Promise<DeadLetterReport> {
    assertLimit(options.limit);
    const { ids, complete } = await this.#select(selection, options);
    return { outcomes: await takeLetters(ids, this.#parts, action, options), complete };
  }

  async #select(
    selection: DeadLetterSelection,
    { limit = SELECTION_LIMIT, signal }: DeadLetterActionOptions,
  ): Promise<{ readonly ids: readonly string[]; readonly complete: boolean }> {
    if (typeof selection === 'string') return { ids: [selection], complete: true };
    if (typeof selection !== 'function') return { ids: Array.from(new Set(selection)), complete: true };
    const listing = this.list({ where: selection, limit, ...(signal === undefined ? {} : { signal }) });
    const ids: string[] = [];
    for await (const { id } of listing) ids.push(id);
    return { ids, complete: listing.complete && listing.cursor === undefined };
  }
}
