import { consoleLogger } from './console-logger.ts';
import { LOG_EVENTS } from './log-events.ts';
import type { Logger } from './logger.ts';

type Level = keyof Logger;

/** A logger whose lines are lost where it throws, and nothing else is. The first time is told to the console. */
export function guardedLogger(logger: Logger): Logger {
  let isTold = false;
  const guarded =
    (level: Level): Logger[Level] =>
    (fields, message) => {
      try {
        logger[level](fields, message);
      } catch (error) {
        if (isTold) return;
        isTold = true;
        consoleLogger().error(
          { event: LOG_EVENTS.hookFailed, hook: 'logger', error, line: fields.event },
          'the logger has thrown; said once',
        );
      }
    };
  return Object.freeze({ debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') });
}
