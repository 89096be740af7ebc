import { SLOTS } from '../../messages/message-headers.ts';
import type { SerializerRegistry } from '../../serialization/serializer-registry.ts';
import type { IncomingContext } from '../incoming-context.ts';
import type { PlainStep } from '../step.ts';

/** Reads the body with the serializer that its content type names. What cannot be read is dead-lettered without a retry. */
export function deserializeMessage(serializers: SerializerRegistry): PlainStep<IncomingContext> {
  return {
    name: 'deserialize-message',
    description: 'Reads the body with the serializer that its content type names.',
    apply: (context) => {
      context.message = serializers.forContentType(context.allHeaders.at(SLOTS.contentType)).deserialize(context.body);
    },
  };
}
