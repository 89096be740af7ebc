import type { Contract } from '../messages/contract.ts';
import type { MessageSender } from './message-sender.ts';

/** What `context.reply` gives, to be returned by the handler in the place of a reply. */
export interface Replied {
  /** Types only: never present at run time. */
  readonly '~replied': true;
}

/** The kinds of named replies. */
export type ReplyKind<Reply> = Reply extends { readonly kind: infer Kind extends string; readonly message: unknown } ? Kind : never;

/** The message of one of several named replies. */
export type ReplyMessage<Reply, Kind> = Reply extends { readonly kind: Kind; readonly message: infer Message } ? Message : never;

/** What a handler and a middleware get besides the message. */
export interface ConsumeContext<Message = unknown, Reply = never> extends MessageSender {
  readonly message: Message;
  readonly contract: Contract;
  /** The endpoint that handles it. */
  readonly endpoint: string;
  readonly messageId: string;
  readonly correlationId: string | undefined;
  readonly conversationId: string | undefined;
  readonly causationId: string | undefined;
  readonly initiatorId: string | undefined;
  readonly tenantId: string | undefined;
  /** When the sender's bus took it; `undefined` for foreign messages without the header. */
  readonly sentAt: Date | undefined;
  /** The user's own headers. */
  readonly headers: ReadonlyMap<string, string>;
  /** How often handling has been tried, from 1. */
  readonly attempt: number;
  /** Aborts when the work should end: the bus stopped and the drain timeout is over, or the right to settle is lost. */
  readonly signal: AbortSignal;
  /**
   * Replies; the same as to return the reply. Leaves with what the handler sends, after it returned and before the ack.
   * Dropped where nobody asked for a reply. The handler returns what this gives.
   * @throws DeliveryError `REPLIED_TWICE`, `REPLY_UNEXPECTED`, `ATTEMPT_ENDED`; MessageError `MESSAGE_INVALID`, `MESSAGE_NOT_SERIALIZABLE`
   */
  reply(message: Reply): Promise<Replied>;
  /** Gives one of several named replies. */
  reply<Kind extends ReplyKind<Reply>>(kind: Kind, message: ReplyMessage<Reply, Kind>): Promise<Replied>;
}
