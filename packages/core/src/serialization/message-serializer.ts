/**
 * Turns messages into bytes and back, for one content type. Implementations are pure and synchronous, load no code that
 * a message names, and have limits for size and depth on both ways.
 */
export interface IMessageSerializer {
  /** The media type that stands in the `content-type` header, and by which a receiver finds the serializer. */
  readonly contentType: string;
  /**
   * The bytes are given away: whoever reuses a buffer returns a copy.
   * @throws MessageError `MESSAGE_NOT_SERIALIZABLE`
   */
  serialize(message: unknown): Uint8Array;
  /**
   * Changes nothing in the bytes, and returns no view of them: a retry reads them again.
   * @throws DeliveryError `BODY_UNREADABLE`, `BODY_NOT_ALLOWED`, `BODY_TOO_DEEP`; MessageError `MESSAGE_TOO_LARGE`
   */
  deserialize(body: Uint8Array): unknown;
}
