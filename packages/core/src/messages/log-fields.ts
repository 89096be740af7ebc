import type { Contract } from './contract.ts';
import { HEADERS } from './headers.ts';
import { loggedText } from './plain-text.ts';
import { wholeNumber } from './whole-number.ts';

/** What every log line about one message says of it. Never its body, and of the headers only these. */
export interface MessageLogFields {
  readonly messageId: string | undefined;
  /** Name of the contract, or the name on the wire where it is not known. */
  readonly message: string | undefined;
  readonly correlationId: string | undefined;
  /** The attempt that ran, or would have been next; from 1. */
  readonly attempt: number;
}

/** A message that has arrived, as a transport knows it. */
export interface ArrivedForLog {
  readonly message: { readonly headers: ReadonlyMap<string, string> };
  readonly nativeId: string;
  readonly attempt: number | undefined;
}

/** The fields of a delivery whose message was not read. */
export function deliveryLogFields({ message: { headers }, nativeId, attempt }: ArrivedForLog): MessageLogFields {
  return {
    messageId: loggedText(headers.get(HEADERS.id) ?? nativeId),
    message: loggedText(headers.get(HEADERS.name)),
    correlationId: loggedText(headers.get(HEADERS.correlation)),
    attempt: wholeNumber(headers.get(HEADERS.attempt)) + Math.max(1, attempt ?? 1),
  };
}

/** A message that is being handled. */
export interface HandledForLog {
  readonly messageId: string;
  readonly contract: Contract | undefined;
  readonly correlationId: string | undefined;
  readonly attempt: number;
  readonly allHeaders?: ReadonlyMap<string, string>;
}

/** The fields of an attempt. */
export function attemptLogFields({ messageId, contract, correlationId, attempt, allHeaders }: HandledForLog): MessageLogFields {
  return {
    messageId: loggedText(messageId),
    message: contract?.name ?? loggedText(allHeaders?.get(HEADERS.name)),
    correlationId: loggedText(correlationId),
    attempt,
  };
}

/** The fields of a reply, and the request that it is for. A reply is sent once, so it has no attempts. */
export function replyLogFields(
  headers: ReadonlyMap<string, string>,
): Omit<MessageLogFields, 'attempt'> & { readonly requestId: string | undefined } {
  return { ...storedLogFields(headers), requestId: loggedText(headers.get(HEADERS.request)) };
}

/** The fields of a message that waits to be sent. */
export function storedLogFields(headers: ReadonlyMap<string, string>): Omit<MessageLogFields, 'attempt'> {
  return {
    messageId: loggedText(headers.get(HEADERS.id)),
    message: loggedText(headers.get(HEADERS.name)),
    correlationId: loggedText(headers.get(HEADERS.correlation)),
  };
}
