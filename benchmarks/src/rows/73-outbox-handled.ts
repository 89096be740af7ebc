import { byHandRate, handledRate } from '../measure/outbox/handled-rate.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'inbox and outbox on PostgreSQL: handled, each with one event',
    unit: 'msg/s',
    servers: ['postgres'],
    ours: handledRate('inbox and outbox'),
    peers: { 'the same inserts by hand': byHandRate, 'without a store': handledRate('nothing') },
    targets: [],
    note: '16 at a time, by the memory transport; relays are elsewhere. By hand: `begin`, a key into the inbox, an event into the outbox, `commit`, without a bus; it writes fewer headers and tells nobody.',
  },
];
