export { borrowServer } from './borrow-server.ts';
export type { BorrowedServer, BorrowOptions } from './borrow-server.ts';
export type { OwnNode } from './own-node.ts';
export { RabbitmqNode } from './rabbitmq/rabbitmq-node.ts';
export type { ServerKind, ServerSource, Space } from './server-kind.ts';
export type { OwnNodeOf, ServerName } from './server-kinds.ts';
export type { FoundServer } from './server-pool.ts';
export { startOwn } from './start-own.ts';
