import { SLOTS } from '../../messages/message-headers.ts';
import type { SerializerRegistry } from '../../serialization/serializer-registry.ts';
import type { OutgoingContext } from '../outgoing-context.ts';
import type { PlainStep } from '../step.ts';

/** Writes the message as bytes, and the content type beside it. */
export function serializeMessage(serializers: SerializerRegistry): PlainStep<OutgoingContext> {
  return {
    name: 'serialize-message',
    description: 'Writes the message as bytes with the serializer of the bus.',
    apply: (context) => {
      context.body = serializers.writer.serialize(context.message);
      context.serialized = true;
      context.headers.put(SLOTS.contentType, serializers.writer.contentType);
    },
  };
}
