import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';

/** The longest name of a contract, in characters. */
export const MAX_CONTRACT_NAME_LENGTH = 100;

/** The longest name of an endpoint, in characters. */
export const MAX_ENDPOINT_NAME_LENGTH = 60;

const SEGMENTS = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/;

/** Throws `NAME_INVALID` unless `name` is a name for a contract: at least two segments, at most 100 characters. */
export function assertContractName(name: string): void {
  assertName('contract', name, MAX_CONTRACT_NAME_LENGTH);
  if (!name.includes('.')) {
    throw invalid('contract', name, 'it has one segment only. Put what owns it in front, as in "orders.submit-order".');
  }
}

/** Throws `NAME_INVALID` unless `name` is a name for an endpoint, a bus or a namespace: at most 60 characters. */
export function assertEndpointName(name: string, what = 'endpoint'): void {
  assertName(what, name, MAX_ENDPOINT_NAME_LENGTH);
}

/** Throws `NAME_INVALID` unless `kind` can name one of the replies of a contract: one segment. */
export function assertReplyKind(kind: string, contract: string): void {
  assertName(`reply kind of "${contract}"`, kind, MAX_ENDPOINT_NAME_LENGTH);
  if (kind.includes('.')) throw invalid(`reply kind of "${contract}"`, kind, 'it has more than one segment.');
}

function assertName(what: string, name: string, max: number): void {
  if (typeof name !== 'string' || !SEGMENTS.test(name)) {
    throw invalid(what, name, 'names are lower-case segments of a-z, 0-9 and "-", joined by dots. No underscores, no capitals.');
  }
  if (name.length > max) throw invalid(what, name, `it has ${name.length} characters; ${max} are allowed.`);
}

function invalid(what: string, name: unknown, reason: string): ConfigurationError {
  return new ConfigurationError('NAME_INVALID', `The ${what} name ${nameValue(name)} is not allowed: ${reason}`, {
    details: { name },
  });
}
