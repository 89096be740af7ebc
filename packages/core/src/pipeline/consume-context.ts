import type { Contract } from '../messages/contract.ts';
import type { MessageSender } from './message-sender.ts';

/** What a handler and a middleware get besides the message. */
export interface ConsumeContext<Message = unknown> extends MessageSender {
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
}
