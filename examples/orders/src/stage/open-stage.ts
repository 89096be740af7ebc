import type { Logger } from '@waybill/core';

import type { Ledger } from '../story/ledger.ts';
import type { Stage, StageOptions } from './stage.ts';

type Open = (options: StageOptions, logger: Logger, ledger: Ledger) => Promise<Stage>;

/** The only place that knows transports: one line for each, and none is loaded that is not asked for. */
const STAGES: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['memory', async (_, logger) => (await import('./on-memory.ts')).onMemory(logger)],
  ['rabbitmq', async (options, logger, ledger) => (await import('./on-rabbitmq.ts')).onRabbitmq(options, logger, ledger)],
]);

export const TRANSPORTS: readonly string[] = Array.from(STAGES.keys());
export const STORES: readonly string[] = ['memory', 'postgres'];

export async function openStage(options: StageOptions, logger: Logger, ledger: Ledger): Promise<Stage> {
  const { transport } = options;
  const open = STAGES.get(transport);
  if (open === undefined) throw new Error(`There is no transport "${transport}". There are: ${TRANSPORTS.join(', ')}.`);
  return open(options, logger, ledger);
}
