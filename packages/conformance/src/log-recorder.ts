import type { LogFields, Logger } from '@waybill/core/transport';

/** One line above `info`. */
export interface LoggedLine {
  readonly level: 'warn' | 'error';
  readonly fields: LogFields;
  readonly message: string;
}

/** Keeps what is logged above `info`. */
export class LogRecorder implements Logger {
  readonly lines: LoggedLine[] = [];

  debug(): void {}
  info(): void {}

  warn(fields: LogFields, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: LogFields, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }

  /** How often the event was logged above `info`. */
  count(event: string): number {
    return this.lines.filter(({ fields }) => fields.event === event).length;
  }
}
