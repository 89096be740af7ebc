import type { Contract } from '../messages/contract.ts';
import type { MessageSender } from './message-sender.ts';
import type { RegisteredTransaction } from './register.ts';

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
  /**
   * What makes two arrivals the same work: by default the message id, else what `idempotencyKey` of the handler says. Give it to
   * other services that are called, so that they, too, do once what is tried twice.
   */
  readonly idempotencyKey: string;
  /**
   * The transaction of this handler's unit of work; its type is what {@link Register} says. It is committed after the handler has
   * returned, with the inbox key and what the handler sent, and rolled back when it throws or its time is over. Neither commit
   * nor roll it back by hand, and use it no more once the handler has returned.
   * @throws DeliveryError `NO_TRANSACTION` without a store, outside of a handler, and when the handler has ended
   */
  readonly transaction: RegisteredTransaction;
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
