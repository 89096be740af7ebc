import { HEADERS } from '../messages/headers.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { DeadLetter } from '../transport/dead-letters.ts';
import type { DeadLetterItem } from './dead-letters.ts';

/** A letter as the transport gave it, with its headers read. */
export function deadLetterItem({ id, message }: DeadLetter, serializers: SerializerRegistry): DeadLetterItem {
  const { headers, body } = message;
  const time = Date.parse(headers.get(HEADERS.failedAt) ?? '');
  const attempts = Number(headers.get(HEADERS.attempt) ?? 0);
  return Object.freeze({
    id,
    reason: headers.get(HEADERS.reason),
    error: headers.get(HEADERS.error),
    attempts: Number.isSafeInteger(attempts) && attempts > 0 ? attempts : 0,
    origin: headers.get(HEADERS.origin),
    deadLetteredAt: Number.isNaN(time) ? undefined : new Date(time),
    messageId: headers.get(HEADERS.id),
    name: headers.get(HEADERS.name),
    headers,
    body,
    read: () => serializers.forContentType(headers.get(HEADERS.contentType)).deserialize(body),
  });
}
