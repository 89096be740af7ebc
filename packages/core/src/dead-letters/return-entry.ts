import { HEADERS } from '../messages/headers.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { DeadLetter } from '../transport/dead-letters.ts';
import type { TransportEntry } from '../transport/transport-message.ts';

/** What the failure wrote, and what would keep the message from being handled anew. */
const DROPPED = [
  HEADERS.reason,
  HEADERS.error,
  HEADERS.origin,
  HEADERS.failedAt,
  HEADERS.attempt,
  HEADERS.redelivery,
  HEADERS.trial,
  HEADERS.due,
] as const;

/**
 * The message of a letter as it goes back to its endpoint. It is a deliberate second copy of its id: each return has a
 * native id of its own, so that no broker drops it as a duplicate of an earlier one.
 */
export function returnEntry({ message }: DeadLetter, endpoint: string, runtime: Pick<Runtime, 'now' | 'id'>): TransportEntry {
  const headers = MessageHeaders.copyOf(message.headers);
  for (const name of DROPPED) headers.delete(name);
  const expiresAt = Date.parse(headers.get(HEADERS.expires) ?? '');
  const isExpired = expiresAt <= runtime.now();
  if (isExpired) headers.delete(HEADERS.expires);
  return {
    destination: { kind: 'endpoint', name: endpoint },
    headers,
    body: message.body,
    partitionKey: headers.get(HEADERS.partitionKey),
    expiresAt: Number.isNaN(expiresAt) || isExpired ? undefined : expiresAt,
    copy: runtime.id(),
  };
}
