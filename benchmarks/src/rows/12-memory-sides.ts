import { nanosecondsOf } from '../measure/sides.ts';
import { jsonRead, jsonWritten } from '../measure/json-round-trip.ts';
import { nanoseconds } from '../measure/throughput.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'memory transport, the sending side alone',
    unit: 'ns/msg',
    ours: (pace) => nanosecondsOf('send', pace),
    peers: { 'object → JSON → bytes': (pace) => nanoseconds(jsonWritten, pace) },
    targets: [],
    note: 'One side: 1,000 messages are sent while the endpoint is paused, then it is resumed.',
  },
  {
    title: 'memory transport, the receiving side alone',
    unit: 'ns/msg',
    ours: (pace) => nanosecondsOf('receive', pace),
    peers: { 'bytes → JSON → object': (pace) => nanoseconds(jsonRead, pace) },
    targets: [],
  },
];
