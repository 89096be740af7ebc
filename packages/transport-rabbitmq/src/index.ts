// the transport
export { rabbitmq } from './rabbitmq-transport.ts';
export type { RabbitmqFactory } from './rabbitmq-transport.ts';
export type { RabbitmqCredentials, RabbitmqOptions } from './rabbitmq-options.ts';

// endpoints; `rabbitmqEndpoint` is `rabbitmq.endpoint`
export { rabbitmqEndpoint } from './topology/endpoint-options.ts';
export type { QueueType, RabbitmqEndpoint, RabbitmqEndpointOptions } from './topology/endpoint-options.ts';
