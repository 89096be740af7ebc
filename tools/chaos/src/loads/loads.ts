import type { Load } from './load.ts';
import { messagesLoad } from './messages/messages.ts';

/** What the processes of a run do. */
export function loadOf(): Load {
  return messagesLoad;
}
