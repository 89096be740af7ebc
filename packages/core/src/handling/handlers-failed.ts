import { DeliveryError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';

/** What several handlers of one message fail with: the error of the one that failed, or `HANDLER_FAILED` with all of them. */
export function handlersFailed(contract: Contract, errors: readonly unknown[], handlers: number): unknown {
  if (errors.length === 1) return errors[0];
  return new DeliveryError('HANDLER_FAILED', `${errors.length} of ${handlers} handlers of "${contract.name}" failed. See \`cause\`.`, {
    cause: new AggregateError(errors),
    details: { contract: contract.name, failed: errors.length },
  });
}
