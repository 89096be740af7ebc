import { oneMessage } from '../measure/harness.ts';
import type { Row } from '../row.ts';

export const row: Row = {
  title: 'test harness: start, one message, stop; the first test of a process, code still cold',
  unit: 'ms',
  ours: oneMessage,
  peers: {},
  targets: [],
};
