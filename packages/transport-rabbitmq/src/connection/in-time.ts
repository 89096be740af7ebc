import type { Runtime } from '@waybill/core/transport';
import { notConnected } from '../rabbitmq-errors.ts';

/** The longest that the broker may take for one answer, in milliseconds. */
const ANSWER_MS = 10_000;
/** The same for what the nodes of a cluster agree on first, and after a restart elect a leader for: quorum queues, and their consumers. */
export const AGREED_ANSWER_MS = 30_000;

/**
 * The result of a call to the broker, which may hang for as long as an alarm lasts.
 * @throws ConnectionError `TRANSPORT_NOT_OPEN` when there is none in time
 */
export function inTime<T>(runtime: Runtime, what: string, work: Promise<T>, limitMs: number = ANSWER_MS): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = runtime.setTimer(limitMs, () => reject(notConnected(`no answer to ${what} within ${limitMs} ms`)));
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
