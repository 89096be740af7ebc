import type { ITransportDeadLetters } from '@waybill/core/transport';
import type { BrokerState } from './broker-state.ts';
import { copyMessage } from './broker-state.ts';

/** The dead letters of a memory broker, by endpoint. */
export function memoryDeadLetters(broker: BrokerState): ITransportDeadLetters {
  const lettersOf = (endpoint: string) => broker.places.get(endpoint)?.deadLetters ?? new Map<string, never>();
  return {
    count: (endpoint) => Promise.resolve(lettersOf(endpoint).size),
    list: (endpoint, { after, limit }) => {
      const all = Array.from(lettersOf(endpoint).values());
      const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
      const letters = all.slice(start, start + limit).map(({ id, message }) => ({ id, message: copyMessage(message) }));
      return Promise.resolve({ letters, cursor: start + limit < all.length ? letters.at(-1)?.id : undefined, complete: true });
    },
    take: async (endpoint, ids, act) => {
      const letters = lettersOf(endpoint);
      const taken: string[] = [];
      const errors: unknown[] = [];
      for (const id of ids) {
        const letter = letters.get(id);
        if (letter === undefined) continue;
        try {
          await act({ id, message: copyMessage(letter.message) });
          letters.delete(id);
          taken.push(id);
        } catch (error) {
          errors.push(error);
        }
      }
      if (errors.length > 0) throw errors[0];
      return taken;
    },
  };
}
