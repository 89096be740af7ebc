import type { PlannedEntity, TopologyDifference, TopologyPlan } from '@waybill/core/transport';
import { brokerRefusal } from './broker-refusal.ts';
import { differencesOf } from './compare-topology.ts';
import { declareEntity } from './declare-entity.ts';
import type { DeclaringChannel } from './declaring-channel.ts';
import { overChannels } from './declaring-channel.ts';
import type { TopologyConnection } from './topology-channel.ts';
import { declareError, differsError } from './topology-errors.ts';

/** How often a queue is declared again that another process is just making, in a cluster that has not agreed on it. */
const ATTEMPTS = 5;

const ALTERNATE = 'alternate-exchange';
const DEAD_LETTERS = 'x-dead-letter-exchange';

/**
 * Declares all of a plan: what others point to, what points to it, and at last what binds them. Where some are there with other
 * settings, the others are made all the same, nothing is bound, and all differences are told at once.
 * @throws ConfigurationError `TOPOLOGY_DIFFERS`, `TOPOLOGY_REFUSED`; ConnectionError `TRANSPORT_NOT_OPEN`
 */
export async function applyTopology({ entities }: TopologyPlan, connection: TopologyConnection): Promise<void> {
  const differences: TopologyDifference[] = [];
  for (const isDue of STEPS) differences.push(...(await overChannels(connection, entities.filter(isDue), declarePlace)).flat());
  if (differences.length > 0) throw differsError(differences);
  const bindings = entities.filter(({ kind }) => kind === 'binding');
  await overChannels(connection, bindings, declare);
}

/**
 * What is declared together: what points nowhere, exchanges with an alternate one, queues that dead-letter. The broker takes them in
 * any order, and would drop what it sends on to a place that is not there yet.
 */
const STEPS: readonly ((entity: PlannedEntity) => boolean)[] = [
  ({ kind, settings }) => kind !== 'binding' && settings[ALTERNATE] === undefined && settings[DEAD_LETTERS] === undefined,
  ({ settings }) => settings[ALTERNATE] !== undefined,
  ({ settings }) => settings[DEAD_LETTERS] !== undefined,
];

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
