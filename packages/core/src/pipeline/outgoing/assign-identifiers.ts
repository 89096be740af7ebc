import type { Contract } from '../../messages/contract.ts';
import { MessageHeaders, SLOTS } from '../../messages/message-headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import { carryTrace } from '../../messages/trace-headers.ts';
import { toMilliseconds } from '../../runtime/duration.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { SerializerRegistry } from '../../serialization/serializer-registry.ts';
import { isoTime, isoTimeReader, isoTimeWriter } from '../../messages/iso-time.ts';
import { IncomingContext } from '../incoming-context.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Fills in ids, name, version, times and source; correlation, conversation, causation and trace come from the message being handled. */
export function assignIdentifiers(runtime: Runtime, source: string, serializers: SerializerRegistry): PlainStep<OutgoingContext> {
  const writeTime = isoTimeWriter();
  const readTime = isoTimeReader();
  const makeId = (sent: string | undefined): string => {
    const at = sent === undefined ? Number.NaN : readTime(sent); // a middleware may have written another one, of any text
    return runtime.id(at >= 0 ? at : undefined);
  };
  const commonOf = commonHeaders(source, serializers);
  return {
    name: 'assign-identifiers',
    description: 'Fills in ids, name, version, times and the links to the message being handled.',
    apply: (context) => {
      const { headers, contract, options } = context;
      const now = runtime.now();
      headers.putCommon(commonOf(contract));
      headers.put(SLOTS.sent, writeTime(now));
      headers.begin(options.messageId ?? makeId);
      assignLinks(context);
      if (options.timeToLive !== undefined) {
        context.expiresAt = Math.ceil(now + toMilliseconds(options.timeToLive, 'timeToLive'));
        headers.put(SLOTS.expires, isoTime(context.expiresAt));
      }
      if (options.delay !== undefined) context.notBefore = Math.ceil(now + toMilliseconds(options.delay, 'delay'));
      if (options.partitionKey !== undefined) {
        context.partitionKey = options.partitionKey;
        headers.put(SLOTS.partitionKey, options.partitionKey);
      }
      if (options.faultTo !== undefined) headers.put(SLOTS.faultTo, options.faultTo);
      context.priority = options.priority;
    },
  };
}

/** What all messages of a contract have in common, made once for each. */
function commonHeaders(source: string, serializers: SerializerRegistry): (contract: Contract) => MessageHeaders {
  const made = new WeakMap<Contract, MessageHeaders>();
  return (contract) => {
    const known = made.get(contract);
    if (known !== undefined) return known;
    const common = MessageHeaders.empty();
    common.put(SLOTS.name, contract.name);
    if (contract.version > 1) common.put(SLOTS.version, String(contract.version));
    common.put(SLOTS.source, source);
    common.put(SLOTS.contentType, serializers.writer.contentType);
    common.seal();
    made.set(contract, common);
    return common;
  };
}

/** Correlation, conversation, causation and tenant; without a parent the message begins a conversation. */
function assignLinks({ headers, options, parent }: OutgoingContext): void {
  if (parent === undefined) {
    headers.put(SLOTS.correlation, options.correlationId);
    headers.put(SLOTS.tenant, options.tenantId);
    return;
  }
  headers.put(SLOTS.correlation, options.correlationId ?? carried(parent.correlationId));
  const conversation = carried(parent.conversationId) ?? carried(parent.messageId);
  if (conversation !== undefined) headers.put(SLOTS.conversation, conversation);
  headers.put(SLOTS.initiator, carried(parent.correlationId));
  headers.put(SLOTS.causation, carried(parent.messageId));
  headers.put(SLOTS.tenant, options.tenantId ?? parent.tenantId);
  if (parent instanceof IncomingContext) carryTrace(parent.allHeaders, headers);
}

/** An id of the message being handled, unless its sender wrote what no broker is to be given. */
function carried(id: string | undefined): string | undefined {
  return id === undefined || holdsUnsafeCharacters(id) ? undefined : id;
}
