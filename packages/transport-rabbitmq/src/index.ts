// endpoints
export { rabbitmqEndpoint } from './topology/endpoint-options.ts';
export type { QueueType, RabbitmqEndpoint, RabbitmqEndpointOptions } from './topology/endpoint-options.ts';
