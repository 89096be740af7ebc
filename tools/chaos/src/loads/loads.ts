import type { StoreName } from '../stores/stores.ts';
import type { Load } from './load.ts';
import { messagesLoad } from './messages/messages.ts';
import { moneyLoad } from './money/money.ts';

/** What the processes of a run do: with a store they move money, else they send messages of all kinds. */
export function loadOf({ store }: { readonly store: StoreName | undefined }): Load {
  return store === undefined ? messagesLoad : moneyLoad;
}
