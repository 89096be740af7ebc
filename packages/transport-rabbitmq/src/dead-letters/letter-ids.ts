import { createHash } from 'node:crypto';
import type { TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { AmqpMessage } from '../rabbitmq-client.ts';

/**
 * Ids of letters, for the time of one scan: the message id; where several have the same one, with their number behind it, in
 * the order of the queue. A message without an id is known by its bytes and headers.
 */
export class LetterIds {
  readonly #seen = new Map<string, number>();

  of({ content }: Pick<AmqpMessage, 'content'>, { headers }: TransportMessage): string {
    const id = headers.get(HEADERS.id) ?? fingerprint(content, headers);
    const earlier = this.#seen.get(id) ?? 0;
    this.#seen.set(id, earlier + 1);
    return earlier === 0 ? id : `${id}~${earlier + 1}`;
  }
}

function fingerprint(content: Uint8Array, headers: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256').update(content);
  for (const [name, value] of headers) hash.update(JSON.stringify([name, value]));
  return `sha256-${hash.digest('hex').slice(0, 32)}`;
}
