import { DeliveryError } from '../errors/bus-error.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { Contract } from '../messages/contract.ts';
import { replyContract } from '../messages/reply-contract.ts';
import type { ConsumeContext, Replied } from './consume-context.ts';

/** What `context.reply` gives. */
export const REPLIED: Replied = Object.freeze({}) as Replied;

/** A reply, and the contract that it travels by. */
export interface PickedReply {
  readonly contract: Contract;
  /** Its kind, where replies are named. */
  readonly kind: string | undefined;
  readonly message: unknown;
}

/**
 * The contract and the message of a reply: the one that there is, or the named one that `{ kind, message }` says.
 * @throws DeliveryError `REPLY_UNEXPECTED`
 */
export function pickReply(context: ConsumeContext, value: unknown): PickedReply {
  const { contract } = context;
  if (!contract.hasReply)
    throw replyError('REPLY_UNEXPECTED', context, 'replied, and its contract has no reply. Give it one, or drop the call.');
  if (contract.namedReplies === undefined) return { contract: replyContract(contract), kind: undefined, message: value };
  const { kind, message } = (value ?? {}) as { readonly kind?: unknown; readonly message?: unknown };
  if (typeof kind === 'string' && contract.namedReplies.has(kind)) return { contract: replyContract(contract, kind), kind, message };
  const known = Array.from(contract.namedReplies.keys()).join(', ');
  throw replyError(
    'REPLY_UNEXPECTED',
    context,
    `gave no reply that its contract names. Give \`{ kind, message }\`, of one of the kinds ${known}.`,
  );
}

/** The error of a handler that replies in a wrong way. */
export function replyError(code: ErrorCode, { contract, messageId, endpoint }: ConsumeContext, what: string): DeliveryError {
  return new DeliveryError(code, `The handler of "${contract.name}" ${what}`, {
    details: { contract: contract.name, endpoint, messageId },
  });
}
