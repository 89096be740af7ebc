import { allocation, UNCOLLECTED } from '../measure/allocation.ts';
import { jsonRoundTrip } from '../measure/json-round-trip.ts';
import { memoryBus } from '../measure/memory-bus.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'allocation on the memory transport, send and handle together',
  unit: 'B/msg',
  compare: 'difference',
  nodeOptions: UNCOLLECTED,
  ours: async () => allocation(await memoryBus()),
  peers: { 'JSON round trip': () => allocation(jsonRoundTrip) },
  targets: [{ against: 'JSON round trip', atMost: 1_024 }],
};
