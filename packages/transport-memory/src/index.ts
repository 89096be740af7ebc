export { memory } from './memory-transport.ts';
export type { MemoryOptions } from './memory-options.ts';
export { memoryBroker } from './memory-broker.ts';
export type { MemoryBroker } from './memory-broker.ts';
