import type { BusError } from './bus-error.ts';
import type { ErrorCode } from './error-codes.ts';
import { ERROR_CODES } from './error-codes.ts';

/**
 * True when `error` is an error of Waybill and, if `code` is given, of that code.
 * Works by the code and not by `instanceof`, so that two copies of the package in one process agree.
 */
export function isBusError(error: unknown, code?: ErrorCode): error is BusError {
  if (!(error instanceof Error) || !('code' in error) || !('radius' in error)) return false;
  if (code !== undefined) return error.code === code;
  return typeof error.code === 'string' && Object.hasOwn(ERROR_CODES, error.code);
}
