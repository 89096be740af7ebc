import { ConfigurationError } from '../errors/bus-error.ts';
import { assertContract } from './assert-contract.ts';
import type { Contract } from './contract.ts';

/** @throws ConfigurationError `CONTRACT_INVALID`; `CONTRACT_KIND_MISMATCH` unless the contract is a query, or a command with a reply */
export function assertRequest(contract: Contract): void {
  if ((contract?.kind === 'command' || contract?.kind === 'query') && contract.hasReply) return;
  throw kindMismatch('request', 'queries, and commands with a reply', contract);
}

/** @throws ConfigurationError `CONTRACT_INVALID`; `CONTRACT_KIND_MISMATCH` unless the contract is a command for `send`, an event for `publish` */
export function assertKind(kind: 'send' | 'publish', contract: Contract): void {
  const fits = kind === 'send' ? contract?.kind === 'command' : contract?.kind === 'event';
  if (!fits) throw kindMismatch(kind, kind === 'send' ? 'commands' : 'events', contract);
}

function kindMismatch(verb: string, takes: string, contract: Contract): ConfigurationError {
  assertContract(contract, `\`${verb}\``);
  return new ConfigurationError(
    'CONTRACT_KIND_MISMATCH',
    `\`${verb}\` takes ${takes}; "${contract.name}" is ${describe(contract)}. ${wayOut(contract, verb)}`,
    {
      details: { verb, contract: contract.name },
    },
  );
}

const describe = ({ kind, hasReply }: Contract): string =>
  kind === 'command' ? `a command ${hasReply ? 'with' : 'without'} a reply` : kind === 'event' ? 'an event' : `a ${kind}`;

const wayOut = ({ kind, hasReply }: Contract, verb: string): string => {
  if (kind === 'event') return 'Use `publish`.';
  if (kind === 'query') return 'Use `request`.';
  if (hasReply) return 'Use `send` or `request`.';
  return verb === 'request' ? 'Use `send`, or give it a `reply`.' : 'Use `send`.';
};
