export { describeOwn } from './describe-own.ts';
export { describeServer } from './describe-server.ts';
export type { ServerSpace } from './describe-server.ts';
