import { jsonRoundTrip } from '../measure/json-round-trip.ts';
import { memoryBus, passAsync } from '../measure/memory-bus.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'memory transport, JSON, three asynchronous middleware and ambient context',
    unit: 'msg/s',
    ours: async (pace) => throughput(await memoryBus({ bus: { middleware: [passAsync, passAsync, passAsync], ambient: true } }), pace),
    peers: { 'JSON round trip': (pace) => throughput(jsonRoundTrip, pace) },
    targets: [{ against: 'JSON round trip', atLeast: 0.45 }],
  },
];
