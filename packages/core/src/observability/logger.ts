/** The fields of a log line. `event` is one of the names in `log-events.ts`. */
export interface LogFields {
  readonly event: string;
  readonly [field: string]: unknown;
}

/**
 * Where log lines go. The shape is pino's, so that a pino logger fits as it is.
 * Nothing above `info` is logged while all is well. Bodies are never logged; of the headers ids and the name of the contract.
 */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const nothing = (): void => undefined;

/** A logger that says nothing: `createBus({ logger: silentLogger })`. */
export const silentLogger: Logger = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });
