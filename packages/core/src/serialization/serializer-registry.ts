import { MessageError } from '../errors/bus-error.ts';
import type { IMessageSerializer } from './message-serializer.ts';

/** The serializers of one bus. The first writes; all read, chosen by the content type of the message. */
export class SerializerRegistry {
  readonly #byContentType: ReadonlyMap<string, IMessageSerializer>;
  readonly writer: IMessageSerializer;

  constructor(serializers: readonly [IMessageSerializer, ...IMessageSerializer[]]) {
    this.writer = serializers[0];
    this.#byContentType = new Map(serializers.map((serializer) => [serializer.contentType, serializer]));
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
