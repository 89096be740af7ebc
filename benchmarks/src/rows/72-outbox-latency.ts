import { commitLatency, graphileLatency, pgBossLatency, waybillLatency } from '../measure/outbox/commit-latency.ts';
import type { Row } from '../row.ts';

const PEERS = { 'graphile-worker': commitLatency(graphileLatency), 'pg-boss': commitLatency(pgBossLatency) };

export const rows: readonly Row[] = [
  {
    title: 'outbox on PostgreSQL: from COMMIT to the handler, one at a time, median',
    unit: 'ms',
    servers: ['postgres'],
    ours: commitLatency(waybillLatency),
    peers: PEERS,
    targets: [{ atMost: 10 }],
    further: [{ title: 'outbox on PostgreSQL: from COMMIT to the handler, one at a time, 99th percentile', targets: [] }],
    note: 'From the moment at which the application sends COMMIT, by itself, so that only NOTIFY tells of it. Ours goes by the relay and the memory transport to the handler; pg-boss with `useListenNotify`.',
  },
];
