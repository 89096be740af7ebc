export { memory } from './memory-transport.ts';
export type { MemoryOptions } from './memory-transport.ts';
export { memoryBroker } from './memory-broker.ts';
export type { MemoryBroker, MemoryBrokerOptions } from './memory-broker.ts';
export type { MemoryFaults } from './memory-faults.ts';
export type { ArmedFault } from './broker/fault-state.ts';
export type { MemoryLikeness } from './memory-presets.ts';
