import type { LogFields, Runtime } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';

/** A line that was logged, with its level. */
export interface LoggedLine extends LogFields {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** A virtual runtime that remembers what was said, and whose chances are all even. */
export interface ManualRuntime extends Runtime, Pick<VirtualRuntime, 'advance' | 'settle'> {
  readonly logged: LoggedLine[];
  /** Timers that are set and have neither fired nor been cancelled. */
  pendingTimers(): number;
}

export function manualRuntime(startsAt: number = 1_700_000_000_000): ManualRuntime {
  const logged: LoggedLine[] = [];
  const log =
    (level: LoggedLine['level']) =>
    (fields: LogFields): void =>
      void logged.push({ ...fields, level });
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const runtime = virtualRuntime({ logger, startsAt });
  return Object.assign(runtime, { logged, pendingTimers: () => runtime.openTimers, random: () => 0.5 });
}
