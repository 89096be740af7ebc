import type { Contract, InputOf, MessageOf, ReplyInputOf } from '@waybill/core';
import type { DeadLetterReason } from '@waybill/core/transport';

/** What a harness records of messages. */
export type RecordKind = 'sent' | 'published' | 'replied' | 'consumed' | 'faulted' | 'deadLettered' | 'skipped';

/** One recorded message. */
export interface RecordedMessage<Message = unknown> {
  readonly kind: RecordKind;
  /** The name on the wire. */
  readonly name: string;
  /** The payload. Of what left, as it reads on the wire; of what came, as the handlers got it. */
  readonly message: Message;
  /** The endpoint or topic that it went to or came from; of a reply, its address. */
  readonly place: string;
  /** The endpoint whose handler sent it; `undefined` where the test did. */
  readonly from: string | undefined;
  /** When, in virtual milliseconds since the harness was made. */
  readonly at: number;
  /** Of what was sent with a delay: the virtual time when it is due. */
  readonly due: Date | undefined;
  readonly messageId: string | undefined;
  readonly correlationId: string | undefined;
  readonly conversationId: string | undefined;
  readonly causationId: string | undefined;
  readonly tenantId: string | undefined;
  /** The user's own headers. */
  readonly headers: ReadonlyMap<string, string>;
  /** All headers, those of the bus included. */
  readonly allHeaders: ReadonlyMap<string, string>;
  /** Of a request and its reply: what ties them together. */
  readonly requestId: string | undefined;
  /** Of what came: how often handling had been tried, from 1. */
  readonly attempt: number | undefined;
  /** Of what failed: the error as it was thrown; of what expired at the broker, its text. */
  readonly error: unknown;
  /** Of what failed: what happens next. */
  readonly next: 'retry' | 'redeliver' | 'dead-letter' | 'discard' | 'release' | undefined;
  /** Of what failed and comes again: after how many milliseconds. */
  readonly delayMs: number | undefined;
  /** Of a dead letter: why it is one. */
  readonly reason: DeadLetterReason | undefined;
}

/** The payload of a contract in the recordings of one kind. */
export type PayloadOf<Kind extends RecordKind, C extends Contract> = Kind extends 'replied'
  ? ReplyInputOf<C>
  : Kind extends 'consumed' | 'faulted'
    ? MessageOf<C>
    : InputOf<C>;
