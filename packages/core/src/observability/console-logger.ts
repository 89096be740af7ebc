import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { assertOptions } from '../errors/option-problems.ts';
import type { LogFields, Logger } from './logger.ts';

/** How grave a log line is, the least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** What a {@link consoleLogger} writes to: the four methods of the host's `console`. */
export type LogConsole = Readonly<Record<LogLevel, (line: string, fields: Readonly<Record<string, unknown>>) => void>>;

/** Options of {@link consoleLogger}. */
export interface ConsoleLoggerOptions {
  /** The least grave lines that are written. @default 'warn' */
  readonly level?: LogLevel;
  /** Where they are written. @default the host's `console`; in Node `warn` and `error` go to standard error */
  readonly console?: LogConsole;
}

/**
 * A logger for the beginning: writes `message.skipped: nobody here handles the message …` and the other fields behind it.
 * Every bus that is given neither a `logger` nor a `runtime` has one, for warnings and errors.
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function consoleLogger(options: ConsoleLoggerOptions = {}): Logger {
  assertOptions('`consoleLogger`', options, ['level', 'console']);
  const { level = 'warn' } = options;
  if (!LEVELS.includes(level)) {
    throw new ConfigurationError('OPTION_INVALID', `\`level\` is ${nameValue(level)}. Use one of ${LEVELS.join(', ')}.`, {
      details: { option: 'level' },
    });
  }
  const writer =
    (of: LogLevel): Logger[LogLevel] =>
    ({ event, ...fields }: LogFields, message: string) => {
      if (LEVELS.indexOf(of) >= LEVELS.indexOf(level)) (options.console ?? globalThis.console)[of](`${event}: ${message}`, known(fields));
    };
  return Object.freeze({ debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') });
}

/** The fields that have a value. */
function known(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
