import { SLOTS } from '../../messages/message-headers.ts';
import { holdsUnsafeCharacters } from '../../messages/unsafe-characters.ts';
import { carryTrace } from '../../messages/trace-headers.ts';
import { toMilliseconds } from '../../runtime/duration.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { isoTime, isoTimeWriter } from '../../messages/iso-time.ts';
import { IncomingContext } from '../incoming-context.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Fills in ids, name, version, times and source; correlation, conversation, causation and trace come from the message being handled. */
export function assignIdentifiers(runtime: Runtime, source: string): PlainStep<OutgoingContext> {
  const writeTime = isoTimeWriter();
  return {
    name: 'assign-identifiers',
    description: 'Fills in ids, name, version, times and the links to the message being handled.',
    apply: (context) => {
      const { headers, contract, options } = context;
      const now = runtime.now();
      const id = options.messageId ?? runtime.id(now);
      headers.put(SLOTS.id, id);
      headers.put(SLOTS.name, contract.name);
      headers.put(SLOTS.version, String(contract.version));
      headers.put(SLOTS.sent, writeTime(now));
      headers.put(SLOTS.source, source);
      assignLinks(context, id);
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

function assignLinks({ headers, options, parent }: OutgoingContext, id: string): void {
  if (parent === undefined) {
    headers.put(SLOTS.correlation, options.correlationId);
    headers.put(SLOTS.conversation, id);
    headers.put(SLOTS.tenant, options.tenantId);
    return;
  }
  headers.put(SLOTS.correlation, options.correlationId ?? carried(parent.correlationId));
  headers.put(SLOTS.conversation, carried(parent.conversationId) ?? carried(parent.messageId) ?? id);
  headers.put(SLOTS.initiator, carried(parent.correlationId));
  headers.put(SLOTS.causation, carried(parent.messageId));
  headers.put(SLOTS.tenant, options.tenantId ?? parent.tenantId);
  if (parent instanceof IncomingContext) carryTrace(parent.allHeaders, headers);
}

/** An id of the message being handled, unless its sender wrote what no broker is to be given. */
function carried(id: string | undefined): string | undefined {
  return id === undefined || holdsUnsafeCharacters(id) ? undefined : id;
}
