import { assertOptions } from '../errors/option-problems.ts';
import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { storeNow } from '../persistence/store-clock.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { HeldRow, IOutboxStore, OutboxStatus } from './outbox-store.ts';

/** Options of {@link OutboxControl.held}. */
export interface HeldQuery {
  /** Only those after this sequence, which a held row had. @default from the oldest */
  readonly after?: string;
  /** The most to show; at most 100,000. @default 100 */
  readonly limit?: number;
}

/**
 * The outbox of a service, for operators. A row that cannot be sent is held, and the later rows of its partition key wait behind
 * it until somebody decides. Every call asks the store, and sees the rows of all processes of the service.
 */
export interface OutboxControl {
  /** How full it is. */
  status(): Promise<OutboxStatus>;
  /** The rows that somebody must decide on, in the order of storing. @throws ConfigurationError `OPTION_INVALID` */
  held(query?: HeldQuery): Promise<readonly HeldRow[]>;
  /** Tries held or parked rows again, as if they had never failed. Returns how many there were. */
  retry(sequences: string | readonly string[]): Promise<number>;
  /** Sets held rows aside, so that the later ones of their keys go on without them. Returns how many there were. */
  park(sequences: string | readonly string[]): Promise<number>;
  /** Removes held or parked rows for good: these messages are never sent. Returns how many there were. */
  discard(sequences: string | readonly string[]): Promise<number>;
}

/** What an {@link StoredOutboxControl} works with. */
export interface OutboxControlParts {
  /** The store. Throws when it is not open, or when there is none. */
  readonly open: () => { readonly outbox: IOutboxStore; readonly scope: string };
  readonly runtime: Runtime;
  /** What was decided on may be sent now. */
  readonly wake: () => void;
}

const SHOWN = 100;
const MOST_SHOWN = 100_000;

/** See {@link OutboxControl}. */
export class StoredOutboxControl implements OutboxControl {
  readonly #parts: OutboxControlParts;

  constructor(parts: OutboxControlParts) {
    this.#parts = parts;
  }

  async status(): Promise<OutboxStatus> {
    const { outbox, scope } = this.#parts.open();
    return outbox.status({ scope, now: storeNow(this.#parts.runtime) });
  }

  async held(query: HeldQuery = {}): Promise<readonly HeldRow[]> {
    assertOptions('`bus.outbox.held`', query, ['after', 'limit']);
    const { after, limit = SHOWN } = query;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > MOST_SHOWN)
      throw invalid('limit', limit, 'Use a whole number from 1 to 100,000.');
    if (after !== undefined && (typeof after !== 'string' || after === ''))
      throw invalid('after', after, 'Use the `sequence` of a held row.');
    const { outbox, scope } = this.#parts.open();
    return outbox.held({ scope, after, limit });
  }

  async retry(sequences: string | readonly string[]): Promise<number> {
    return this.#decide(sequences, 'retry');
  }

  async park(sequences: string | readonly string[]): Promise<number> {
    return this.#decide(sequences, 'park');
  }

  async discard(sequences: string | readonly string[]): Promise<number> {
    return this.#decide(sequences, 'discard');
  }

  async #decide(sequences: string | readonly string[], decision: 'retry' | 'park' | 'discard'): Promise<number> {
    const all: readonly string[] = typeof sequences === 'string' ? [sequences] : sequences;
    if (!Array.isArray(all) || !all.every((one) => typeof one === 'string'))
      throw invalid('sequences', sequences, 'Use the `sequence` of a row of `held()`, or several in a list.');
    const { outbox, scope } = this.#parts.open();
    let decided = 0;
    try {
      for (const sequence of all) if (await outbox.decide(scope, sequence, decision)) decided += 1;
    } finally {
      this.#parts.wake();
    }
    return decided;
  }
}

const invalid = (option: keyof HeldQuery | 'sequences', value: unknown, wayOut: string): ConfigurationError =>
  new ConfigurationError('OPTION_INVALID', `\`${option}\` is ${nameValue(value)}. ${wayOut}`, { details: { option } });
