import type { PlannedEntity, TopologyDifference, TopologyPlan } from '@waybill/core/transport';
import { brokerRefusal } from './broker-refusal.ts';
import { differencesOf } from './compare-topology.ts';
import { declareEntity } from './declare-entity.ts';
import type { DeclaringChannel } from './declaring-channel.ts';
import { declareError, differsError } from './topology-errors.ts';

/** How often a queue is declared again that another process is just making, in a cluster that has not agreed on it. */
const ATTEMPTS = 5;

/**
 * Declares all of a plan, queues and exchanges before what binds them. Where some are there with other settings, the others are
 * made all the same, nothing is bound, and all differences are told at once.
 * @throws ConfigurationError `TOPOLOGY_DIFFERS`, `TOPOLOGY_REFUSED`; ConnectionError `TRANSPORT_NOT_OPEN`
 */
export async function applyTopology({ entities }: TopologyPlan, channel: DeclaringChannel): Promise<void> {
  const differences: TopologyDifference[] = [];
  for (const entity of entities) if (entity.kind !== 'binding') differences.push(...(await declarePlace(entity, channel)));
  if (differences.length > 0) throw differsError(differences);
  for (const entity of entities) if (entity.kind === 'binding') await declare(entity, channel);
}

/** What differs, where it is there with other settings. */
async function declarePlace(entity: PlannedEntity, channel: DeclaringChannel): Promise<readonly TopologyDifference[]> {
  try {
    await declare(entity, channel);
    return [];
  } catch (error) {
    if (brokerRefusal((error as Error).cause)?.is === 'different') return differencesOf(entity, channel);
    throw error;
  }
}

async function declare(entity: PlannedEntity, channel: DeclaringChannel): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await channel.run((open) => declareEntity(open, entity));
      return;
    } catch (error) {
      const isBeingMade = entity.kind === 'queue' && brokerRefusal(error)?.is === 'missing';
      if (!isBeingMade || attempt === ATTEMPTS) throw declareError(entity, error);
    }
  }
}
