/**
 * Turns messages into bytes and back, for one content type. Implementations are pure and synchronous, load no code that
 * a message names, and have limits for size and depth on both ways.
 */
export interface IMessageSerializer {
  /** The media type that stands in the `content-type` header, and by which a receiver finds the serializer. */
  readonly contentType: string;
  /**
   * True when nobody writes to what `serialize` has returned, and `deserialize` neither writes to its bytes nor returns a view of them.
   * Of all others a bus copies what they write, and what it gives them to read. @default false
   */
  readonly immutable?: boolean;
  /**
   * The message as bytes.
   * @throws MessageError `MESSAGE_NOT_SERIALIZABLE`
   */
  serialize(message: unknown): Uint8Array;
  /**
   * The message that the bytes hold.
   * @throws DeliveryError `BODY_UNREADABLE`, `BODY_NOT_ALLOWED`, `BODY_TOO_DEEP`; MessageError `MESSAGE_TOO_LARGE`
   */
  deserialize(body: Uint8Array): unknown;
}
