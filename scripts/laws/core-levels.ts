/**
 * The folders of `packages/core/src`, lowest level first. A folder imports only from levels below its own, and from the
 * folders beside it that `SIDEWAYS` lists. A folder that is not here is a breach: place it before you use it.
 */
export const CORE_LEVELS: readonly (readonly string[])[] = [
  ['runtime', 'observability', 'errors'],
  ['messages'],
  ['transport', 'serialization', 'persistence'],
  ['pipeline'],
  ['handling', 'routing', 'recoverability'],
  ['receiving'],
  ['unit-of-work', 'outbox', 'inbox', 'mediator', 'decorators', 'container', 'replies', 'dead-letters', 'claim-check'],
  ['bus'],
];

/** Imports between folders of one level: importer → imported. */
export const SIDEWAYS: Readonly<Record<string, readonly string[]>> = {
  runtime: ['observability', 'errors'],
  observability: ['errors'],
  handling: [],
  routing: [],
  recoverability: [],
  'unit-of-work': ['outbox', 'inbox'],
  mediator: ['container', 'decorators', 'replies'],
};

/** The folders that may touch a delivery. */
export const DELIVERY_FOLDERS: readonly string[] = ['transport', 'receiving', 'recoverability', 'bus'];

/** The entries of core that export the ports: only an interface that one of them names has the prefix `I`. */
export const PORT_ENTRIES: readonly string[] = ['transport', 'persistence', 'serialization', 'container', 'telemetry'];

/** Packages that adapt one third-party client, by the start of their folder's name. */
export const ADAPTER_PREFIXES: readonly string[] = ['transport-', 'storage-', 'serializer-', 'claim-check-', 'telemetry-', 'container-'];

/** Adapters that may import `@waybill/core/internal`. */
export const ADAPTERS_WITH_INTERNAL: readonly string[] = [];

const BROKERS = ['amqp', 'amqplib', 'aws', 'azure', 'kafka', 'kafkajs', 'nats', 'pulsar', 'rabbit', 'rabbitmq', 'servicebus', 'sns', 'sqs'];
const DATABASES = [
  'dynamodb',
  'mariadb',
  'mongo',
  'mongodb',
  'mssql',
  'mysql',
  'pg',
  'pglite',
  'postgres',
  'postgresql',
  'redis',
  'sqlite',
  'valkey',
];
const MAPPERS = ['drizzle', 'knex', 'kysely', 'prisma', 'typeorm'];
const SERIALIZERS = ['avro', 'avsc', 'messagepack', 'msgpack', 'msgpackr', 'protobuf', 'protobufjs'];
const CONTAINERS = ['awilix', 'inversify', 'nestjs', 'tsyringe'];

/** Products that core must not know by name. */
export const FOREIGN_NAMES: readonly string[] = [BROKERS, DATABASES, MAPPERS, SERIALIZERS, CONTAINERS].flat();
