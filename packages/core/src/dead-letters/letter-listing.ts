import { ConfigurationError } from '../errors/bus-error.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { ITransportDeadLetters } from '../transport/dead-letters.ts';
import { deadLetterItem } from './dead-letter-item.ts';
import type { DeadLetterItem, DeadLetterListing, DeadLetterQuery } from './dead-letters.ts';

/** The most letters that one call to the broker asks for. */
const PAGE_SIZE = 100;

/** Where the letters of one endpoint stand. */
export interface LetterPlace {
  readonly letters: ITransportDeadLetters;
  /** The endpoint's name at the broker. */
  readonly name: string;
  readonly serializers: SerializerRegistry;
}

/** Reads page after page. A page is never larger than what may still be shown, so that its cursor is always exact. */
export class LetterListing implements DeadLetterListing {
  cursor: string | undefined;
  complete = true;
  readonly #place: LetterPlace;
  readonly #query: DeadLetterQuery;

  constructor(place: LetterPlace, query: DeadLetterQuery) {
    assertLimit(query.limit);
    this.#place = place;
    this.#query = query;
    this.cursor = query.after;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeadLetterItem, void, undefined> {
    const { after, limit = Number.POSITIVE_INFINITY } = this.#query;
    this.cursor = after;
    this.complete = true;
    let shown = 0;
    do {
      const { items, cursor } = await this.#readPage(Math.min(PAGE_SIZE, limit - shown));
      yield* items;
      shown += items.length;
      this.cursor = cursor;
    } while (this.cursor !== undefined && shown < limit);
  }

  async #readPage(limit: number): Promise<{ readonly items: readonly DeadLetterItem[]; readonly cursor: string | undefined }> {
    const { letters, name, serializers } = this.#place;
    const { where, signal } = this.#query;
    signal?.throwIfAborted();
    const page = await letters.list(name, {
      limit,
      ...(this.cursor === undefined ? {} : { after: this.cursor }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (!page.complete) this.complete = false;
    const items = page.letters.map((letter) => deadLetterItem(letter, serializers));
    return { items: where === undefined ? items : items.filter((item) => where(item)), cursor: page.cursor };
  }
}

/** @throws ConfigurationError `OPTION_INVALID` unless it is a whole number from 1, or not given */
export function assertLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isSafeInteger(limit) && limit > 0)) return;
  throw new ConfigurationError('OPTION_INVALID', `\`limit\` is ${String(limit)}. Use a whole number from 1.`, {
    details: { option: 'limit' },
  });
}
