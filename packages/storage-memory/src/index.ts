export type { MemoryStoreFaults } from './memory-faults.ts';
export { memoryStore } from './memory-store.ts';
export type { MemoryStore } from './memory-store.ts';
export type { MemoryTable, MemoryTransaction } from './memory-transaction.ts';
