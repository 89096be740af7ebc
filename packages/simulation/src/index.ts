export { virtualRuntime } from './virtual-runtime.ts';
export type { VirtualRuntime, VirtualRuntimeOptions } from './virtual-runtime.ts';
export { seededRandom } from './seeded-random.ts';
