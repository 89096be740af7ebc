import type { ITransportDelivery } from '../transport/delivery.ts';
import type { IReceiver, ReceiverState } from '../transport/receiver.ts';
import type { SettlementWatch } from '../transport/settle-once.ts';
import { SettleOnceDelivery } from '../transport/settle-once.ts';
import { PushedDelivery } from './pushed-delivery.ts';
import type { PushedMessage, PushedOutcome } from './pushed-message.ts';

/** Handles deliveries that nobody fetched: a receive endpoint with a {@link PassiveReceiver}. */
export interface PushTarget {
  readonly paused: boolean;
  readonly ordered: boolean;
  handOver(delivery: ITransportDelivery): void;
}

const NO_WATCH: SettlementWatch = Object.freeze({ isOver: false, onSettled: () => undefined });

/** One outcome per message, in their order. Never rejects. After `lost` has aborted, what has no outcome is released. */
export async function receivePushed(
  target: PushTarget,
  messages: readonly PushedMessage[],
  lost: AbortSignal,
): Promise<readonly PushedOutcome[]> {
  const deliveries = messages.map((message) => new PushedDelivery(message, target.ordered ? message.lane : undefined, lost));
  const releaseAll = (): void => {
    for (const delivery of deliveries) delivery.release();
  };
  if (target.paused || lost.aborted) releaseAll();
  lost.addEventListener('abort', releaseAll, { once: true });
  for (const lane of lanesOf(deliveries)) void handOverInOrder(lane, target);
  const outcomes = await Promise.all(deliveries.map(({ outcome }) => outcome));
  lost.removeEventListener('abort', releaseAll);
  return outcomes;
}

/** Deliveries that must follow one another; those without a lane follow nobody. */
function lanesOf(deliveries: readonly PushedDelivery[]): readonly (readonly PushedDelivery[])[] {
  const byLane = new Map<string | PushedDelivery, PushedDelivery[]>();
  for (const delivery of deliveries) {
    const key = delivery.lane ?? delivery;
    byLane.set(key, [...(byLane.get(key) ?? []), delivery]);
  }
  return Array.from(byLane.values());
}

/** After a member that comes again, the rest of its lane goes back: it must not be overtaken. */
async function handOverInOrder(lane: readonly PushedDelivery[], target: PushTarget): Promise<void> {
  let isHeld = false;
  for (const delivery of lane) {
    if (isHeld) delivery.release();
    else if (!delivery.isSettled) target.handOver(new SettleOnceDelivery(delivery, NO_WATCH));
    const { settle } = await delivery.outcome;
    isHeld = settle === 'release' || settle === 'redeliver';
  }
}

/** The receiver of a passive endpoint: it fetches nothing, and only remembers whether it is paused. */
export class PassiveReceiver implements IReceiver {
  state: ReceiverState = 'stopped';

  start(): Promise<void> {
    return this.#become('receiving');
  }
  pause(): Promise<void> {
    return this.#become('paused');
  }
  resume(): Promise<void> {
    return this.#become('receiving');
  }
  setPrefetch(): void {}
  stop(): Promise<void> {
    return this.#become('stopped');
  }

  #become(state: ReceiverState): Promise<void> {
    this.state = state;
    return Promise.resolve();
  }
}
