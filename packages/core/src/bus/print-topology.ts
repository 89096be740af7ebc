import type { PlannedEntity, TopologyDifference, TopologyPlan, TopologyPruning } from '../transport/topology.ts';

/** A plan for people: what the broker must hold, with its settings. */
export function printPlan({ entities, owner }: TopologyPlan, transport: string): string {
  const of = owner === undefined ? '' : ` of the bus "${owner}"`;
  return [`${countOf(entities)} at ${transport}${of}`, ...entities.map((entity) => `  ${entityText(entity)}${settingsText(entity)}`)].join(
    '\n',
  );
}

/** Differences for people: `+` is missing, `~` is there otherwise. */
export function printDifferences(differences: readonly TopologyDifference[]): string {
  if (differences.length === 0) return 'the broker holds all of the plan';
  return differences.map(differenceText).join('\n');
}

/** What was made, for people. */
export function printChanges(made: readonly PlannedEntity[]): string {
  return made.length === 0 ? 'nothing was missing' : made.map((entity) => `+ ${entityText(entity)}`).join('\n');
}

/** What was removed, for people: `-` is gone, `=` stays. */
export function printPruning({ removed, kept }: TopologyPruning, dryRun: boolean): string {
  const gone = removed.map((entity) => `- ${entityText(entity)}${dryRun ? ' would be removed' : ''}`);
  const stays = kept.map(({ entity, reason }) => `= ${entityText(entity)} stays: ${reason}`);
  return gone.length + stays.length === 0 ? 'nothing is left over' : [...gone, ...stays].join('\n');
}

function differenceText({ entity, kind, setting, wanted, actual }: TopologyDifference): string {
  return kind === 'missing' ? `+ ${entityText(entity)} is missing` : `~ ${entityText(entity)} has ${setting} ${actual}, wanted ${wanted}`;
}

const entityText = ({ kind, name, wanted }: PlannedEntity): string =>
  `${kind} ${name}${wanted === undefined ? '' : ` (shortened from ${wanted})`}`;

function settingsText({ settings, name }: PlannedEntity): string {
  const told = Object.entries(settings).filter(([, value]) => typeof value !== 'string' || !name.includes(value) || value === '');
  return told.length === 0 ? '' : `: ${told.map(([setting, value]) => `${setting} ${value === '' ? '""' : value}`).join(', ')}`;
}

const countOf = ({ length }: readonly unknown[]): string => `${length} ${length === 1 ? 'entity' : 'entities'}`;
