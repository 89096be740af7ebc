import { afterTheFirst, threeDays } from '../measure/harness.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'test harness: three days with three redeliveries; a test after the first',
  unit: 'ms',
  ours: () => afterTheFirst(threeDays),
  peers: {},
  targets: [{ atMost: 50 }],
};
