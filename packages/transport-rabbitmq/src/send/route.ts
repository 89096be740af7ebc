import type { TransportEntry } from '@waybill/core/transport';
import type { AmqpRoute } from '../rabbitmq-client.ts';
import { delayRoute } from '../topology/delay-ladder.ts';
import { ROUTE_EXCHANGE, entityName } from '../topology/entity-names.ts';
import { routingKey } from '../topology/routing-keys.ts';

/** The route of an entry that is due after `delayMs`. Pure. */
export function routeOf({ destination, partitionKey }: Pick<TransportEntry, 'destination' | 'partitionKey'>, delayMs: number): AmqpRoute {
  if (destination.kind === 'reply') return { exchange: '', routingKey: destination.address, mandatory: false };
  const isCommand = destination.kind === 'endpoint';
  if (delayMs > 0) {
    const delayed = delayRoute(routingKey(destination, partitionKey), delayMs);
    if (delayed !== undefined) return { ...delayed, mandatory: true };
  }
  if (isCommand && partitionKey === undefined) return { exchange: '', routingKey: entityName(destination.name), mandatory: true };
  const exchange = isCommand ? ROUTE_EXCHANGE : entityName(destination.name);
  return { exchange, routingKey: routingKey(destination, partitionKey), mandatory: isCommand };
}
