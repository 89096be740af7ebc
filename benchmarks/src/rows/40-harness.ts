import { afterTheFirst, oneMessage } from '../measure/harness.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'test harness: start, one message, stop; a test after the first',
  unit: 'ms',
  ours: () => afterTheFirst(oneMessage),
  peers: {},
  targets: [{ atMost: 10 }],
};
