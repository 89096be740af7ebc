import { jsonRoundTrip } from '../measure/json-round-trip.ts';
import { memoryBus, passAsync } from '../measure/memory-bus.ts';
import { throughput } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'the same with three asynchronous middleware',
  unit: 'msg/s',
  ours: async () => throughput(await memoryBus({ middleware: [passAsync, passAsync, passAsync] })),
  peers: { 'JSON round trip': () => throughput(jsonRoundTrip) },
  targets: [{ against: 'JSON round trip', atLeast: 0.45 }],
};
