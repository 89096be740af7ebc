// the transport
export { rabbitmq } from './rabbitmq-transport.ts';
export type { RabbitmqCredentials, RabbitmqOptions } from './rabbitmq-options.ts';

// endpoints
export { rabbitmqEndpoint } from './topology/endpoint-options.ts';
export type { QueueType, RabbitmqEndpoint, RabbitmqEndpointOptions } from './topology/endpoint-options.ts';
