import { MessageError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { IMessageSerializer } from './message-serializer.ts';

/** The serializers of one bus. The first writes; all read, chosen by the content type of the message. */
export class SerializerRegistry {
  readonly #byContentType: ReadonlyMap<string, IMessageSerializer>;
  readonly writer: IMessageSerializer;

  constructor(serializers: readonly [IMessageSerializer, ...IMessageSerializer[]]) {
    const [writer, ...others] = serializers;
    this.writer = withOwnBytes(writer);
    this.#byContentType = new Map([this.writer, ...others.map(withOwnBytes)].map((serializer) => [serializer.contentType, serializer]));
  }

  /** The serializer for a content type; parameters such as `charset` are ignored, and no content type means the writer's. */
  forContentType(contentType: string | undefined): IMessageSerializer {
    if (contentType === undefined || contentType === this.writer.contentType) return this.writer;
    const found =
      this.#byContentType.get(contentType) ?? this.#byContentType.get((contentType.split(';')[0] as string).trim().toLowerCase());
    if (found !== undefined) return found;
    throw new MessageError(
      'SERIALIZER_UNKNOWN',
      `No serializer is registered for the content type ${JSON.stringify(contentType)}. Register one by \`createBus({ serializers })\`.`,
      {
        details: { contentType },
      },
    );
  }
}

/** A serializer of whose bytes a message may be made: nobody else writes to them, and a retry finds them as they came. */
function withOwnBytes(serializer: IMessageSerializer): IMessageSerializer {
  if (serializer.immutable === true) return serializer;
  const { contentType } = serializer;
  return {
    contentType,
    serialize: (message) => copyOf(assertBytes(serializer.serialize(message), contentType)),
    deserialize: (body) => serializer.deserialize(copyOf(body)),
  };
}

function assertBytes(written: unknown, contentType: string): Uint8Array {
  if (ArrayBuffer.isView(written)) return written as Uint8Array;
  throw new MessageError(
    'MESSAGE_NOT_SERIALIZABLE',
    `The serializer of ${JSON.stringify(contentType)} wrote ${nameValue(written)}, and no bytes. Return a \`Uint8Array\`.`,
    { details: { contentType } },
  );
}

/** A copy of the same class: what Node calls a Buffer stays one. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
