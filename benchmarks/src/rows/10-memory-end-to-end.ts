import { jsonRoundTrip } from '../measure/json-round-trip.ts';
import { memoryBus } from '../measure/memory-bus.ts';
import { nodeTsBus } from '../measure/node-ts-bus.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'memory transport, JSON, send → handled',
    unit: 'msg/s',
    ours: async (pace) => throughput(await memoryBus(), pace),
    peers: {
      'JSON round trip': (pace) => throughput(jsonRoundTrip, pace),
      '@node-ts/bus-core': async (pace) => throughput(await nodeTsBus(), pace),
    },
    targets: [
      { against: 'JSON round trip', atLeast: 0.6 },
      { against: '@node-ts/bus-core', atLeast: 100 },
    ],
  },
];
