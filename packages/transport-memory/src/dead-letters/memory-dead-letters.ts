import type { DeadLetter, ITransportDeadLetters } from '@waybill/core/transport';
import type { BrokerState } from '../broker/broker-state.ts';
import type { Letters } from '../broker/place.ts';
import { copyMessage } from '../broker/stored-message.ts';

/** The dead letters of a memory broker, by endpoint. Letters that somebody takes are out of sight where they are scanned. */
export function memoryDeadLetters(broker: BrokerState): ITransportDeadLetters {
  const isScan = broker.nature.capabilities.deadLetters === 'scan';
  return {
    count: (endpoint) => Promise.resolve(broker.lettersOf(endpoint)?.deadLetters.size ?? 0),
    list: (endpoint, { after, limit }) => {
      const place = broker.lettersOf(endpoint);
      const all = Array.from(place?.deadLetters.values() ?? []);
      const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const page = all.slice(start, start + limit);
      const letters = page.filter(({ id }) => !isScan || place?.heldLetters.has(id) !== true);
      return Promise.resolve({
        letters: letters.map(({ id, message }) => ({ id, message: copyMessage(message) })),
        cursor: start + limit < all.length ? page.at(-1)?.id : undefined,
        complete: letters.length === page.length,
      });
    },
    take: async (endpoint, ids, act) => {
      const place = broker.lettersOf(endpoint);
      const results = [];
      for (const id of new Set(ids)) results.push(await takeOne(place, id, act));
      const failed = results.find((result) => result.kind === 'failed');
      if (failed !== undefined) throw failed.error;
      return results.flatMap((result) => (result.kind === 'taken' ? [result.id] : []));
    },
  };
}

type Taken =
  | { readonly kind: 'taken'; readonly id: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A letter that somebody else holds is not there for others. */
async function takeOne(place: Letters | undefined, id: string, act: (letter: DeadLetter) => Promise<void>): Promise<Taken> {
  const letter = place?.deadLetters.get(id);
  if (place === undefined || letter === undefined || place.heldLetters.has(id)) return { kind: 'gone' };
  place.heldLetters.add(id);
  try {
    await act({ id, message: copyMessage(letter.message) });
    place.deadLetters.delete(id);
    return { kind: 'taken', id };
  } catch (error) {
    return { kind: 'failed', error };
  } finally {
    place.heldLetters.delete(id);
  }
}
