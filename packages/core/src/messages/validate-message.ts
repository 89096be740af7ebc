import { MessageError } from '../errors/bus-error.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Contract } from './contract.ts';
import type { SchemaResult } from './standard-schema.ts';
import { formatIssue } from './standard-schema.ts';

/**
 * The output of the contract's schema for a value; the value itself where there is no schema.
 * @throws MessageError `MESSAGE_INVALID` with `details.issues`
 */
export function validateMessage(contract: Contract, value: unknown): MaybePromise<unknown> {
  if (contract.schema === undefined) return value;
  const result = contract.schema['~standard'].validate(value);
  return isPromise(result) ? result.then((settled) => outputOf(contract, settled)) : outputOf(contract, result);
}

function outputOf(contract: Contract, result: SchemaResult<unknown>): unknown {
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(formatIssue);
  throw new MessageError('MESSAGE_INVALID', `A message does not fit the schema of "${contract.name}": ${issues.join('; ')}.`, {
    details: { contract: contract.name, issues },
  });
}
