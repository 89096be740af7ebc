import { allocation, UNCOLLECTED } from '../measure/allocation.ts';
import { jsonRead, jsonRoundTrip, jsonWritten } from '../measure/json-round-trip.ts';
import { memoryBus } from '../measure/memory-bus.ts';
import { allocationOf } from '../measure/sides.ts';
import type { Row } from '../row.ts';

const ALLOCATION = { unit: 'B/msg', compare: 'difference', rounds: 1, nodeOptions: UNCOLLECTED } as const;

export const rows: readonly Row[] = [
  {
    ...ALLOCATION,
    title: 'allocation on the memory transport, send and handle together',
    ours: async () => allocation(await memoryBus()),
    peers: { 'JSON round trip': () => allocation(jsonRoundTrip) },
    targets: [{ against: 'JSON round trip', atMost: 1_024 }],
  },
  {
    ...ALLOCATION,
    title: 'allocation of the sending side alone',
    ours: () => allocationOf('send'),
    peers: { 'object → JSON → bytes': () => allocation(jsonWritten) },
    targets: [],
  },
  {
    ...ALLOCATION,
    title: 'allocation of the receiving side alone',
    ours: () => allocationOf('receive'),
    peers: { 'bytes → JSON → object': () => allocation(jsonRead) },
    targets: [],
  },
];
