import { isBusError } from '../errors/is-bus-error.ts';
import type { FaultError } from '../messages/fault.ts';
import { describeError } from './failure-headers.ts';

const MAX_MESSAGE_LENGTH = 2_048;
const MAX_STACK_LENGTH = 4_096;
const MAX_ERRORS = 10;

/** What a fault says of an error: of the errors of several handlers each, at most ten. Never throws. */
export function faultErrors(error: unknown): readonly FaultError[] {
  const cause = isBusError(error, 'HANDLER_FAILED') ? error.cause : undefined;
  const errors: readonly unknown[] = cause instanceof AggregateError ? cause.errors : [error];
  return errors.slice(0, MAX_ERRORS).map(faultError);
}

function faultError(error: unknown): FaultError {
  try {
    if (!(error instanceof Error)) return { name: 'Error', code: undefined, message: textOf(describeError(error)), stack: undefined };
    const code: unknown = (error as { readonly code?: unknown }).code;
    return {
      name: String(error.name),
      code: typeof code === 'string' ? code : undefined,
      message: textOf(String(error.message)),
      stack: typeof error.stack === 'string' ? error.stack.slice(0, MAX_STACK_LENGTH) : undefined,
    };
  } catch {
    return { name: 'Error', code: undefined, message: describeError(error), stack: undefined };
  }
}

const textOf = (text: string): string => text.slice(0, MAX_MESSAGE_LENGTH);
