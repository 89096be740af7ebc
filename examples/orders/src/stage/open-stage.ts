import type { Logger } from '@waybill/core';

import type { Ledger } from '../story/ledger.ts';
import type { Stage, StageOptions } from './stage.ts';

type Open = (logger: Logger, ledger: Ledger, url: string | undefined) => Promise<Stage>;

/** The only place that knows transports: one line for each, and none is loaded that is not asked for. */
const STAGES: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['memory', async (logger) => (await import('./on-memory.ts')).onMemory(logger)],
  ['rabbitmq', async (logger, ledger, url) => (await import('./on-rabbitmq.ts')).onRabbitmq(logger, ledger, url)],
]);

export const TRANSPORTS: readonly string[] = Array.from(STAGES.keys());

export async function openStage({ transport, url }: StageOptions, logger: Logger, ledger: Ledger): Promise<Stage> {
  const open = STAGES.get(transport);
  if (open === undefined) throw new Error(`There is no transport "${transport}". There are: ${TRANSPORTS.join(', ')}.`);
  return open(logger, ledger, url);
}
