// the transport
export { rabbitmq } from './rabbitmq-transport.ts';
export type { RabbitmqFactory } from './rabbitmq-transport.ts';
export type { RabbitmqCredentials, RabbitmqOptions, RabbitmqTls } from './rabbitmq-options.ts';

// endpoints
export type { QueueType, RabbitmqEndpoint, RabbitmqEndpointOptions } from './topology/endpoint-options.ts';
