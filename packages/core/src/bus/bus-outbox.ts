import { ConfigurationError } from '../errors/bus-error.ts';
import type { OutboxControl } from '../outbox/outbox-control.ts';
import { StoredOutboxControl } from '../outbox/outbox-control.ts';
import type { BusParts } from './bus-parts.ts';

/** The outbox of one bus. `assertStarted` throws unless it is started. */
export function busOutbox(
  { name, store, storeLife, runtime }: Pick<BusParts, 'name' | 'store' | 'storeLife' | 'runtime'>,
  assertStarted: (what: string) => void,
): OutboxControl {
  return new StoredOutboxControl({
    open: () => {
      if (store === undefined)
        throw new ConfigurationError('STORE_MISSING', `The bus "${name}" has no store, and so no outbox. Create it with a \`store\`.`, {
          details: { bus: name },
        });
      assertStarted('The outbox is not at hand');
      return { outbox: store.store.outbox, scope: store.scope };
    },
    runtime,
    wake: () => storeLife?.wake(),
  });
}
