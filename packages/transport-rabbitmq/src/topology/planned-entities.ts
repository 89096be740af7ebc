import type { PlannedEntity } from '@waybill/core/transport';
import { entityName } from './entity-names.ts';

type Settings = PlannedEntity['settings'];

/** The argument that says which bus an entity belongs to. The broker keeps and shows it, and compares it with nothing. */
export const OWNER_ARGUMENT = 'x-waybill-owner';

/** A queue. Its settings are what the broker calls them. */
export const queueEntity = (name: string, settings: Settings): PlannedEntity => named('queue', name, { durable: true, ...settings });

/** An exchange. */
export const exchangeEntity = (name: string, type: 'topic' | 'fanout', settings: Settings = {}): PlannedEntity =>
  named('exchange', name, { type, durable: true, ...settings });

/** What is bound: to a queue or to another exchange. */
export type Binding = { readonly source: string; readonly pattern: string; readonly owner?: Settings } & (
  | { readonly queue: string; readonly exchange?: never }
  | { readonly exchange: string; readonly queue?: never }
);

/** A binding; its name says it all, because a binding has none at the broker. */
export function bindingEntity({ source, queue, exchange, pattern, owner = {} }: Binding): PlannedEntity {
  const from = entityName(source);
  const to = entityName(queue ?? exchange);
  const kind = queue === undefined ? 'exchange' : 'queue';
  return {
    kind: 'binding',
    name: `${from} → ${kind} ${to} by ${pattern}`,
    settings: { source: from, destination: to, destinationKind: kind, pattern, ...owner },
  };
}

function named(kind: string, wanted: string, settings: Settings): PlannedEntity {
  const name = entityName(wanted);
  return { kind, name, ...(name === wanted ? {} : { wanted }), settings };
}
