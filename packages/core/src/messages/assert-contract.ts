import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { Contract } from './contract.ts';

const KINDS: readonly unknown[] = ['command', 'event', 'query'];

/**
 * Refuses what is no contract. `place` says where it was given: `` `handler` ``, `` `publishes` ``.
 * @throws ConfigurationError `CONTRACT_INVALID`
 */
export function assertContract(contract: unknown, place: string): asserts contract is Contract {
  if (isContract(contract)) return;
  const hint = contract === undefined ? ' A circle of imports leaves it undefined: import the contract from a module of its own.' : '';
  throw new ConfigurationError(
    'CONTRACT_INVALID',
    `${place} was given ${nameValue(contract)}, which is no contract. Pass what \`defineCommand\`, \`defineEvent\` or \`defineQuery\` has made.${hint}`,
  );
}

/** True for what has the shape of a contract. */
export function isContract(value: unknown): value is Contract {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name } = value as { readonly kind?: unknown; readonly name?: unknown };
  return KINDS.includes(kind) && typeof name === 'string';
}
