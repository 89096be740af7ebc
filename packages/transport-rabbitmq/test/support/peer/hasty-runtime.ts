import { systemRuntime } from '@waybill/core';
import type { Logger, Runtime } from '@waybill/core';

/** The real one, for which time runs so many times as fast: what waits ten seconds for an answer waits half a second at twenty. */
export function hastyRuntime(factor: number, logger: Logger): Runtime {
  const real = systemRuntime({ logger });
  return Object.freeze({
    ...real,
    monotonic: () => real.monotonic() * factor,
    setTimer: (delayMs: number, callback: () => void) => real.setTimer(delayMs / factor, callback),
    sleep: (delayMs: number, signal?: AbortSignal) => real.sleep(delayMs / factor, signal),
  });
}
