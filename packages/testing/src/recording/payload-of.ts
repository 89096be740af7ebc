import type { Contract } from '@waybill/core';
import type { RecordedMessage } from './recorded-message.ts';

/** The payload as the contract types it: of named replies `{ kind, message }`, as `request` gives it. */
export function payloadOf(one: RecordedMessage, contract: Contract | undefined): unknown {
  if (one.kind !== 'replied' || contract?.namedReplies === undefined) return one.message;
  return { kind: one.name.slice(`${contract.name}.reply.`.length), message: one.message };
}

/** The recording with its payload as the contract types it. */
export function typedAs(one: RecordedMessage, contract: Contract | undefined): RecordedMessage {
  const payload = payloadOf(one, contract);
  return payload === one.message ? one : (Object.create(one, { message: { value: payload, enumerable: true } }) as RecordedMessage);
}
