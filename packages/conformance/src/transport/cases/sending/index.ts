import { deliversEveryMessageOnce } from './04-delivers-every-message-once.ts';
import { reportsAnUnroutableMessage } from './08-reports-an-unroutable-message.ts';
import { refusesWhenNotOpen } from './refuses-when-not-open.ts';
import type { TransportCase } from '../../transport-case.ts';

/** What becomes of a message that is sent. */
export const SENDING_CASES: readonly TransportCase[] = [deliversEveryMessageOnce, reportsAnUnroutableMessage, refusesWhenNotOpen];
