import type { DeadLetter, DeadLetterPage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';

/** Where a letter stands among all: when it was dead-lettered, as ISO text, then its id. */
type Place = readonly [at: string, id: string];

/**
 * Cuts a page out of all letters, oldest first, after the place at which the page before ended. The order is that of the letters' own
 * times: a queue that was read and put back, or whose reader was cut off, may hold them in another one at each look.
 */
export class LetterPage {
  readonly #after: Place | undefined;
  readonly #limit: number;

  constructor(after: string | undefined, limit: number) {
    this.#after = after === undefined ? undefined : placeIn(after);
    this.#limit = limit;
  }

  read(all: readonly DeadLetter[], complete: boolean): DeadLetterPage {
    const ordered = all.map((letter) => ({ letter, place: placeOf(letter) })).toSorted((a, b) => compare(a.place, b.place));
    const after = this.#after;
    const left = after === undefined ? ordered : ordered.filter(({ place }) => compare(place, after) > 0);
    const page = left.slice(0, this.#limit);
    const last = left.length > page.length ? page.at(-1)?.place : undefined;
    return { letters: page.map(({ letter }) => letter), cursor: last === undefined ? undefined : JSON.stringify(last), complete };
  }
}

const placeOf = ({ id, message }: DeadLetter): Place => [message.headers.get(HEADERS.failedAt) ?? '', id];

function compare([at, id]: Place, [otherAt, otherId]: Place): number {
  if (at !== otherAt) return at < otherAt ? -1 : 1;
  if (id === otherId) return 0;
  return id < otherId ? -1 : 1;
}

/** The place in a cursor; none in what is no cursor of ours: then the page begins at the beginning. */
function placeIn(cursor: string): Place | undefined {
  try {
    const place: unknown = JSON.parse(cursor);
    return Array.isArray(place) && place.length === 2 && place.every((one) => typeof one === 'string')
      ? (place as unknown as Place)
      : undefined;
  } catch {
    return undefined;
  }
}
