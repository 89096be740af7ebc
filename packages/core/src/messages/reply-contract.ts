import type { Contract } from './contract.ts';
import type { StandardSchema } from './standard-schema.ts';

/** The contract of a request's reply: `<name>.reply`, or `<name>.reply.<kind>` where replies are named. Made once. */
export function replyContract(request: Contract, kind?: string): Contract {
  const made = replyContracts.get(request) ?? new Map<string | undefined, Contract>();
  replyContracts.set(request, made);
  const known = made.get(kind);
  if (known !== undefined) return known;
  const contract = makeReplyContract(request, kind);
  made.set(kind, contract);
  return contract;
}

const replyContracts = new WeakMap<Contract, Map<string | undefined, Contract>>();

function makeReplyContract(request: Contract, kind: string | undefined): Contract {
  const schema: StandardSchema | undefined = kind === undefined ? request.replySchema : request.namedReplies?.get(kind);
  const contract: Omit<Contract, '~types'> = {
    kind: 'reply',
    name: kind === undefined ? `${request.name}.reply` : `${request.name}.reply.${kind}`,
    version: request.version,
    schema,
    replySchema: undefined,
    namedReplies: undefined,
    endpoint: undefined,
    hasReply: false,
  };
  return Object.freeze(contract) as Contract;
}
