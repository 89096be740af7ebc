import { HEADERS } from '../messages/headers.ts';
import { loggedText } from '../messages/plain-text.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { LoopWatch } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { ReceivePlan } from './receive-plan.ts';

/** So many messages are named in one report. */
const MOST_NAMED = 5;

/** Sees handlers that hold the event loop: reports and counts them. */
export class BlockWatch {
  loop: LoopWatch | undefined;
  readonly #plan: ReceivePlan;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #count = 0;
  #lastAt: number | undefined;

  constructor(plan: ReceivePlan) {
    this.#plan = plan;
  }

  get count(): number {
    return this.#count;
  }

  /** When the loop was held last; epoch milliseconds. */
  get lastAt(): number | undefined {
    return this.#lastAt;
  }

  /** The handling of a delivery has run without a pause since `began`, by the monotonic clock. */
  held(delivery: ITransportDelivery, began: number): void {
    const heldMs = this.#plan.runtime.monotonic() - began;
    if (heldMs >= this.#plan.blockedThresholdMs) this.#report(heldMs, [delivery]);
  }

  /** A delivery that waited for something has ended: if it held the loop at its end, nobody would find it waiting any more. */
  waited(delivery: ITransportDelivery): void {
    const heldMs = this.loop?.heldMs() ?? 0;
    if (heldMs >= this.#plan.blockedThresholdMs && !this.hasReportedWithin(heldMs)) this.#report(heldMs, [delivery]);
  }

  /** The loop was held, while these deliveries were being handled and waited for something. */
  heldWhileWaiting(heldMs: number, waiting: readonly ITransportDelivery[]): void {
    if (waiting.length > 0 && heldMs >= this.#plan.blockedThresholdMs) this.#report(heldMs, waiting);
  }

  hasReportedWithin(heldMs: number): boolean {
    return this.#plan.runtime.monotonic() - this.#reportedAt <= heldMs + this.#plan.blockedThresholdMs;
  }

  #report(heldMs: number, suspects: readonly ITransportDelivery[]): void {
    const { runtime, endpoint, blockedThresholdMs } = this.#plan;
    this.#count += 1;
    this.#lastAt = runtime.now();
    this.#reportedAt = runtime.monotonic();
    const messageIds = suspects
      .slice(0, MOST_NAMED)
      .map(({ message, nativeId }) => loggedText(message.headers.get(HEADERS.id) ?? nativeId));
    runtime.logger.warn(
      {
        event: LOG_EVENTS.handlerBlocking,
        code: 'EVENT_LOOP_BLOCKED',
        endpoint,
        messageIds,
        inFlight: suspects.length,
        heldMs: Math.round(heldMs),
        thresholdMs: blockedThresholdMs,
      },
      'the event loop was held without a pause while messages were handled here; nothing else ran meanwhile. Split the work, or move it to a worker thread',
    );
  }
}
