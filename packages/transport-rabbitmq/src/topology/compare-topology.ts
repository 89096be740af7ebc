import type { PlannedEntity, TopologyDifference, TopologyPlan } from '@waybill/core/transport';
import type { Actual, BrokerRefusal } from './broker-refusal.ts';
import { brokerRefusal } from './broker-refusal.ts';
import type { BrokerListing } from './broker-listing.ts';
import { checkEntity, declareEntity } from './declare-entity.ts';
import type { DeclaringChannel } from './declaring-channel.ts';
import { overChannels } from './declaring-channel.ts';
import type { TopologyConnection } from './topology-channel.ts';
import { declareError } from './topology-errors.ts';

/** More differences than an entity has settings there cannot be. */
const MAX_DIFFERENCES = 20;

/**
 * What differs. Makes nothing: it declares only what is there, which the broker answers with the setting that differs. Without
 * the right to declare only what is missing is seen. Bindings are seen where the broker lists them, and where one end is missing.
 */
export async function compareTopology(
  { entities }: TopologyPlan,
  connection: TopologyConnection,
  listing: BrokerListing | undefined,
): Promise<readonly TopologyDifference[]> {
  const declared = entities.filter(({ kind }) => kind !== 'binding');
  const places = (await overChannels(connection, declared, comparePlace)).flat();
  const missing = new Set(places.filter(({ kind }) => kind === 'missing').map(({ entity }) => `${entity.kind} ${entity.name}`));
  const bindings = listing === undefined ? undefined : new Set((await listing.bindings()).map(({ entity }) => entity.name));
  const isMissing = ({ name, settings: { source, destination, destinationKind } }: PlannedEntity): boolean =>
    missing.has(`exchange ${source}`) || missing.has(`${destinationKind} ${destination}`) || bindings?.has(name) === false;
  const gone = entities.filter((entity) => entity.kind === 'binding' && isMissing(entity));
  return [...places, ...gone.map((entity) => ({ entity, kind: 'missing' as const }))];
}

/** The differences of a queue or an exchange. */
async function comparePlace(entity: PlannedEntity, channel: DeclaringChannel): Promise<readonly TopologyDifference[]> {
  return (await isThere(entity, channel)) ? differencesOf(entity, channel) : [{ entity, kind: 'missing' }];
}

async function isThere(entity: PlannedEntity, channel: DeclaringChannel): Promise<boolean> {
  try {
    await channel.run((open) => checkEntity(open, entity));
    return true;
  } catch (error) {
    if (brokerRefusal(error)?.is === 'missing') return false;
    throw declareError(entity, error);
  }
}

/**
 * All settings in which an entity that is there differs. The broker names one at a time: what it named is asked for as it is, until
 * the broker is content.
 */
export async function differencesOf(entity: PlannedEntity, channel: DeclaringChannel): Promise<readonly TopologyDifference[]> {
  const differences: TopologyDifference[] = [];
  let asked = entity;
  while (differences.length < MAX_DIFFERENCES) {
    const refusal = await refusalOf(asked, channel, differences.length > 0);
    if (refusal === undefined) break;
    const { setting, actual } = refusal;
    const [wanted, found] = [shown(setting, entity.settings[setting]), shown(setting, actual)];
    differences.push({ entity, kind: 'different', setting, wanted, actual: found });
    asked = withSetting(asked, setting, actual);
  }
  return differences;
}

/** The setting that the broker names; `undefined` when it is content, or when no more can be known: without the right to declare, or of a mixture that it does not know. */
async function refusalOf(asked: PlannedEntity, channel: DeclaringChannel, isMixture: boolean): Promise<Different | undefined> {
  try {
    await channel.run((open) => declareEntity(open, asked));
    return undefined;
  } catch (error) {
    const refusal = brokerRefusal(error);
    if (refusal?.is === 'different') return refusal;
    if (refusal?.is === 'forbidden' || (isMixture && refusal !== undefined)) return undefined;
    throw declareError(asked, error);
  }
}

type Different = Extract<BrokerRefusal, { readonly is: 'different' }>;

function withSetting(entity: PlannedEntity, setting: string, actual: Actual): PlannedEntity {
  const { [setting]: _replaced, ...settings } = entity.settings;
  return { ...entity, settings: actual === undefined ? settings : { ...settings, [setting]: actual } };
}

/** A queue without a type is a classic one. */
function shown(setting: string, value: Actual): string {
  if (value === undefined) return setting === 'x-queue-type' ? 'classic' : 'none';
  return String(value);
}
