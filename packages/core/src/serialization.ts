// For authors of serializers.
export type { IMessageSerializer } from './serialization/message-serializer.ts';
export { jsonSerializer } from './serialization/json-serializer.ts';
export type { JsonSerializerOptions } from './serialization/json-serializer.ts';
export { DeliveryError, MessageError } from './errors/bus-error.ts';
