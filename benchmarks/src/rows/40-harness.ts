import { afterTheFirst, oneMessage, threeDays } from '../measure/harness.ts';
import type { Row } from '../row.ts';

export const rows: readonly Row[] = [
  {
    title: 'test harness: start, one message, stop; a test after the first',
    unit: 'ms',
    ours: () => afterTheFirst(oneMessage),
    peers: {},
    targets: [{ atMost: 10 }],
  },
  {
    title: 'test harness: three days with three redeliveries; a test after the first',
    unit: 'ms',
    ours: () => afterTheFirst(threeDays),
    peers: {},
    targets: [{ atMost: 50 }],
  },
  {
    title: 'test harness: start, one message, stop; the first test of a process, code still cold',
    unit: 'ms',
    ours: oneMessage,
    peers: {},
    targets: [],
  },
];
