import { describe, expect, it } from 'vitest';
import type { LogLevel } from '@waybill/core';
import { consoleLogger } from '@waybill/core';

function recorded(): { lines: unknown[]; console: NonNullable<Parameters<typeof consoleLogger>[0]>['console'] & {} } {
  const lines: unknown[] = [];
  const at =
    (level: LogLevel) =>
    (line: string, fields: Readonly<Record<string, unknown>>): void =>
      void lines.push([level, line, fields]);
  return { lines, console: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe('consoleLogger', () => {
  it('writes event, text and fields, and nothing below its level', () => {
    const { lines, console } = recorded();
    const logger = consoleLogger({ console });
    logger.debug({ event: 'a.debug' }, 'no');
    logger.info({ event: 'a.info' }, 'no');
    logger.warn({ event: 'a.warning', endpoint: 'orders' }, 'look here');
    logger.error({ event: 'an.error' }, 'and here');
    expect(lines).toEqual([
      ['warn', 'a.warning: look here', { endpoint: 'orders' }],
      ['error', 'an.error: and here', {}],
    ]);
  });

  it('writes all from the level that it is told', () => {
    const { lines, console } = recorded();
    consoleLogger({ level: 'debug', console }).debug({ event: 'a.debug' }, 'yes');
    consoleLogger({ level: 'error', console }).warn({ event: 'a.warning' }, 'no');
    expect(lines).toEqual([['debug', 'a.debug: yes', {}]]);
  });

  it('leaves out what is not known', () => {
    const { lines, console } = recorded();
    consoleLogger({ console }).warn({ event: 'a.warning', correlationId: undefined, attempt: 1 }, 'here');
    expect(lines[0]).toStrictEqual(['warn', 'a.warning: here', { attempt: 1 }]);
  });

  it('refuses a level that there is none', () => {
    expect(() => consoleLogger({ level: 'verbose' as LogLevel })).toThrow(/"verbose".*debug, info, warn, error/);
  });
});
