import type { LogFields, Runtime, Timer } from '@waybill/core';
import { systemRuntime } from '@waybill/core';
import { sleepBy } from '../../src/runtime/sleep-by.ts';

/** A line that was logged, with its level. */
export interface LoggedLine extends LogFields {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

/** A runtime whose time stands still until it is told to go on, and that remembers what was set and said. */
export interface ManualRuntime extends Runtime {
  readonly logged: LoggedLine[];
  /** Timers that are set and have neither fired nor been cancelled. */
  pendingTimers(): number;
  /** Lets time pass: fires what is due, in order, and lets promises settle after each. */
  advance(ms: number): Promise<void>;
  /** Lets everything happen that can happen without time passing. */
  settle(): Promise<void>;
}

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

const TURNS = 4;

export function manualRuntime(startMs: number = 1_700_000_000_000): ManualRuntime {
  const real = systemRuntime();
  const pending = new Set<Pending>();
  const logged: LoggedLine[] = [];
  let now = startMs;
  const log =
    (level: LoggedLine['level']) =>
    (fields: LogFields): void => {
      logged.push({ ...fields, level });
    };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < TURNS; turn += 1) await real.yield();
  };
  const setTimer = (delayMs: number, callback: () => void): Timer => {
    const timer: Pending = { at: now + Math.max(0, delayMs), callback };
    pending.add(timer);
    return { cancel: () => void pending.delete(timer) };
  };
  const nextDue = (until: number): Pending | undefined =>
    Array.from(pending)
      .filter(({ at }) => at <= until)
      .toSorted((a, b) => a.at - b.at)[0];
  return {
    logged,
    isVirtual: true,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    pendingTimers: () => pending.size,
    now: () => now,
    monotonic: () => now - startMs,
    random: () => 0.5,
    id: () => real.id(),
    yield: () => real.yield(),
    setTimer,
    sleep: sleepBy(setTimer),
    spawn: (_name, task) => task(),
    settle,
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        now = due.at;
        pending.delete(due);
        due.callback();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}
