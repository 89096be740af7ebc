import type { BlastRadius, ErrorCode } from './error-codes.ts';
import { ERROR_CODES } from './error-codes.ts';

/** What an error carries beside its code and text. */
export interface BusErrorOptions {
  /** The error behind this one. @default none */
  readonly cause?: unknown;
  /** Facts to branch on or to print: names, numbers. Never a body, a header value or a secret. @default none */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The base of every error that Waybill raises. Branch on `code`, best by `isBusError(error, 'UNROUTABLE')`, which also
 * recognises errors of a second copy of this package.
 */
export class BusError extends Error {
  /** What has happened. Stable; listed in `docs/reference/errors.md`. */
  readonly code: ErrorCode;
  /** How far the damage reaches. */
  readonly radius: BlastRadius;
  /** Facts to branch on or to print. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: BusErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = code;
    this.radius = ERROR_CODES[code].radius;
    this.details = Object.freeze({ ...options.details });
  }
}

/** The bus cannot be built or started as told. */
export class ConfigurationError extends BusError {}

/** One message could not be sent. Nothing else is affected. */
export class MessageError extends BusError {}

/** A store could not do its part of a transaction. */
export class StoreError extends BusError {}

/** One delivery could not be handled or settled. The message is kept by the broker or stands in the dead letters. */
export class DeliveryError extends BusError {}

/** To be thrown by a handler when no attempt can succeed: the message is dead-lettered at once, as `UNRECOVERABLE`. */
export class UnrecoverableError extends DeliveryError {
  constructor(message: string, options: BusErrorOptions = {}) {
    super('UNRECOVERABLE', message, options);
  }
}

/** One endpoint is affected; the others run on. */
export class EndpointError extends BusError {}

/** The connection of a transport or store is affected. */
export class ConnectionError extends BusError {}
