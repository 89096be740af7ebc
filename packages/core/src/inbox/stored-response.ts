import { MessageHeaders, SLOTS } from '../messages/message-headers.ts';
import type { TransportEntry, TransportMessage } from '../transport/transport-message.ts';

/** The address of a reply for which nobody has asked. */
export const NOBODY = '';

/** What a stored response begins with: the version of its form. */
const FORM = 1;
/** The form, and the length of the headers. */
const PREFIX_BYTES = 5;

/** A reply as it is kept with its inbox key: form, length of the headers, the headers as JSON, the body. */
export function storedResponse({ headers, body }: TransportMessage): Uint8Array {
  const head = new TextEncoder().encode(JSON.stringify(Array.from(headers)));
  const stored = new Uint8Array(PREFIX_BYTES + head.byteLength + body.byteLength);
  new DataView(stored.buffer).setUint8(0, FORM);
  new DataView(stored.buffer).setUint32(1, head.byteLength);
  stored.set(head, PREFIX_BYTES);
  stored.set(body, PREFIX_BYTES + head.byteLength);
  return stored;
}

/** The kept reply, for the one who asks now. `undefined` for a form that this version does not know. */
export function replyFrom(
  stored: Uint8Array,
  asked: { readonly address: string; readonly request: string | undefined },
): TransportEntry | undefined {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  if (stored.byteLength < PREFIX_BYTES || view.getUint8(0) !== FORM) return undefined;
  const bodyAt = PREFIX_BYTES + view.getUint32(1);
  const headers = new TextDecoder().decode(stored.subarray(PREFIX_BYTES, bodyAt));
  const reply = MessageHeaders.copyOf(new Map(JSON.parse(headers) as [string, string][]));
  reply.put(SLOTS.request, asked.request);
  reply.seal();
  return { destination: { kind: 'reply', address: asked.address }, headers: reply, body: stored.slice(bodyAt), immutable: true };
}
