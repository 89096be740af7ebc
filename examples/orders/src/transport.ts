import type { Logger } from '@waybill/core';
import type { IMessageTransport, Runtime } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memory } from '@waybill/transport-memory';

/** What the story is played on. */
export interface Stage {
  readonly transport: IMessageTransport;
  readonly runtime: Runtime;
  /** Lets time pass: at once where the clock is virtual, by waiting where it is real. */
  pass(milliseconds: number): Promise<void>;
}

/** The only place that knows transports: one line for each. */
const STAGES: ReadonlyMap<string, (logger: Logger) => Stage> = new Map([['memory', memoryStage]]);

export const TRANSPORTS: readonly string[] = Array.from(STAGES.keys());

export function stageFor(transport: string, logger: Logger): Stage {
  const make = STAGES.get(transport);
  if (make === undefined) throw new Error(`There is no transport "${transport}". There are: ${TRANSPORTS.join(', ')}.`);
  return make(logger);
}

function memoryStage(logger: Logger): Stage {
  const runtime = virtualRuntime({ startsAt: Date.UTC(2026, 0, 5, 9), ids: 'seeded', logger });
  return { transport: memory(), runtime, pass: (milliseconds) => runtime.advance(milliseconds) };
}
