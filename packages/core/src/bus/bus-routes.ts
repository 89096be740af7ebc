import { RouteTable, entityName } from '../routing/route-table.ts';
import type { AnyBusOptions, ResolvedBusOptions } from './bus-options.ts';
import { handledCommands } from './bus-options.ts';
import type { BoundEndpoint } from './endpoint.ts';
import type { ForeignDestination, Provisioning } from './topology-keeper.ts';
import { defaultProvisioning } from './topology-keeper.ts';

/** Where the messages of a bus go. */
export function routesOf(options: AnyBusOptions, resolved: ResolvedBusOptions): RouteTable {
  const handled = new Map(resolved.endpoints.map(({ name, handlers }) => [name, new Set(handlers.map(({ contract }) => contract.name))]));
  return new RouteTable({
    routes: new Map((options.routes ?? []).map(({ contract, endpoint }) => [contract.name, endpoint])),
    own: handledCommands(resolved.endpoints),
    handled,
    declared: declaredOf(options, options.provisioning ?? defaultProvisioning(options.transport.capabilities)),
    namespace: options.namespace,
  });
}

/** The names that may be sent; any where nothing was listed, or where provisioning may make what is missing. */
function declaredOf({ sends }: AnyBusOptions, provisioning: Provisioning): ReadonlySet<string> | undefined {
  return sends === undefined || provisioning === 'apply' ? undefined : new Set(sends.map(({ name }) => name));
}

/** Where the contracts in `sends` go, less the endpoints of the bus itself. */
export function destinationsOf(
  { sends = [], namespace }: AnyBusOptions,
  routes: RouteTable,
  endpoints: readonly BoundEndpoint[],
): readonly ForeignDestination[] {
  const own = new Set(endpoints.map(({ name }) => entityName(namespace, name)));
  return sends.flatMap((contract) => {
    const destination = routes.destinationOf(contract, undefined);
    if (destination.kind !== 'endpoint' || own.has(destination.name)) return [];
    return [{ contract: contract.name, endpoint: destination.name }];
  });
}
