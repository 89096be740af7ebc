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
  const result = callSchema(contract, value);
  if (!isPromise(result)) return outputOf(contract, result);
  return result.then(
    (settled) => outputOf(contract, settled),
    (error: unknown) => {
      throw schemaFailed(contract, 'rejected instead of answering', error);
    },
  );
}

function callSchema(contract: Contract, value: unknown): MaybePromise<SchemaResult<unknown>> {
  try {
    return (contract.schema as NonNullable<Contract['schema']>)['~standard'].validate(value);
  } catch (error) {
    throw schemaFailed(contract, 'has thrown instead of answering', error);
  }
}

/** A schema that does not answer as Standard Schema says accepts nothing. */
function schemaFailed(contract: Contract, what: string, cause?: unknown): MessageError {
  return new MessageError(
    'MESSAGE_INVALID',
    `Whether a message fits the schema of "${contract.name}" is not known: the schema ${what}. Mend the schema: it returns \`{ value }\` or \`{ issues }\`.`,
    { ...(cause === undefined ? {} : { cause }), details: { contract: contract.name, issues: [] } },
  );
}

function isResult(result: unknown): result is SchemaResult<unknown> {
  if (typeof result !== 'object' || result === null) return false;
  return 'issues' in result && result.issues !== undefined ? isIssueList(result.issues) : 'value' in result;
}

function isIssueList(issues: unknown): boolean {
  return Array.isArray(issues) && issues.every((issue) => typeof issue === 'object' && issue !== null);
}

function outputOf(contract: Contract, result: SchemaResult<unknown>): unknown {
  if (!isResult(result)) throw schemaFailed(contract, 'returned neither a value nor a list of issues');
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(formatIssue);
  throw new MessageError('MESSAGE_INVALID', `A message does not fit the schema of "${contract.name}": ${issues.join('; ')}.`, {
    details: { contract: contract.name, issues },
  });
}
