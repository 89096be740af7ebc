import { MessageError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import { validateMessage } from '../messages/validate-message.ts';
import { isPromise } from '../runtime/maybe-promise.ts';

/**
 * The output of the contract's schema, at once.
 * @throws MessageError `MESSAGE_INVALID`; `SCHEMA_ASYNCHRONOUS` where the schema makes one wait
 */
export function validateNow(contract: Contract, value: unknown): unknown {
  if (contract.schema === undefined) return value;
  const checked = validateMessage(contract, value);
  if (!isPromise(checked)) return checked;
  checked.catch(() => undefined); // its outcome is of no use any more
  throw new MessageError(
    'SCHEMA_ASYNCHRONOUS',
    `The schema of "${contract.name}" validates asynchronously, which a mediator does not wait for. Make it synchronous, or check in the handler.`,
    { details: { contract: contract.name } },
  );
}
