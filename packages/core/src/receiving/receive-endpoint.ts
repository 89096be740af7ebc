import { deliveryLogFields } from '../messages/log-fields.ts';
import type { Deferred } from '../runtime/deferred.ts';
import { deferred } from '../runtime/deferred.ts';
import type { LoopWatch } from '../runtime/runtime.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import type { IReceiver } from '../transport/receiver.ts';
import type { EndpointTopology } from '../transport/topology.ts';
import { BlockWatch } from './block-watch.ts';
import { FailureStreak } from './failure-streak.ts';
import { LaneQueue } from './lane-queue.ts';
import type { DeliveryEnd, ReceiveScope } from './receive-delivery.ts';
import { giveBack, receiveDelivery, releaseDelivery } from './receive-delivery.ts';
import type { ReceivePlan } from './receive-plan.ts';
import { SettleBackoff } from './settle-backoff.ts';
import type { TrialHost } from './trials.ts';
import { Trials } from './trials.ts';
import { WaitingSlots } from './waiting-slots.ts';

/** After so many messages a slot lets the event loop turn, so that timers and sockets are served. */
const YIELD_EVERY = 256;

/** In this time what was settled reaches the broker: a message that is handled alone may end the process in its first turn. */
const SETTLING_MS = 50;

/** Settings of a {@link ReceiveEndpoint}. */
export interface ReceiveSettings {
  readonly topology: EndpointTopology;
  readonly concurrency: number;
  readonly prefetch: number;
}

/** Makes a receiver, not started, for what is to be handed over; it tells why it cannot receive, and `undefined` when it can again. */
export type OpenReceiver = (onDelivery: (delivery: ITransportDelivery) => void, onFault: (reason: string | undefined) => void) => IReceiver;

/** Why an endpoint cannot be received from. */
export interface ReceiveFault {
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly since: number;
}

/**
 * One endpoint while it receives. Deliveries wait in a queue; up to `concurrency` slots take from it, handle and settle.
 *
 * receiving ⇄ paused ; either ─stop→ stopped. It is made anew at each start of the bus.
 */
export class ReceiveEndpoint {
  readonly #plan: ReceivePlan;
  readonly #receiver: IReceiver;
  readonly #queue = new LaneQueue<ITransportDelivery>();
  readonly #ordered: boolean;
  #concurrency: number;
  #prefetch: number;
  readonly #slotName: string;
  #slots = 0;
  #handled = 0;
  readonly #waiting: WaitingSlots;
  readonly #scope: ReceiveScope;
  readonly #blockWatch: BlockWatch;
  /** Aborts when nothing more is to be begun. */
  readonly #stopping = new AbortController();
  #hasStopped = false;
  /** No slot begins anything: the endpoint has stopped, or a message is handled alone, or is about to. */
  #isHeld = false;
  #idle: Deferred<void> | undefined;
  /** `undefined` where no crash can be told, or nobody wants to know. */
  readonly #trials: Trials | undefined;
  /** The receiver did not stop when it was told to. */
  #isStuck = false;
  #hasToldOfNoLane = false;
  #pausedAt: number | undefined;
  #fault: ReceiveFault | undefined;
  /** Lanes that are being given back; meanwhile nothing is taken. */
  #lanesGoingBack = 0;

  /** @param openReceiver makes the receiver that hands its deliveries to the function given; a passive endpoint's hands over none */
  constructor(openReceiver: OpenReceiver, given: Omit<ReceivePlan, 'stopping'>, settings: ReceiveSettings) {
    const plan = { ...given, stopping: this.#stopping.signal };
    this.#plan = plan;
    this.#ordered = settings.topology.ordered;
    this.#slotName = `slot of ${plan.endpoint}`;
    this.#waiting = new WaitingSlots(this.#slotName, plan.runtime, (delivery, end) => this.#ended(delivery, end));
    this.#concurrency = settings.concurrency;
    this.#prefetch = settings.prefetch;
    this.#scope = {
      plan,
      backoff: new SettleBackoff(plan.runtime),
      failures: new FailureStreak(plan.runtime),
    };
    this.#blockWatch = new BlockWatch(plan);
    this.#trials = Trials.of(this.#scope, this.#trialHost(), settings.prefetch);
    const onFault = (reason: string | undefined): void => {
      this.#fault = reason === undefined ? undefined : { reason, since: this.#fault?.since ?? plan.runtime.now() };
    };
    this.#receiver = openReceiver((delivery) => this.handOver(delivery), onFault);
  }

  get ordered(): boolean {
    return this.#ordered;
  }

  /** How often a handler has held the event loop for too long. */
  get blocked(): number {
    return this.#blockWatch.count;
  }

  get blockedThresholdMs(): number {
    return this.#plan.blockedThresholdMs;
  }

  /** True when a block that ended within the last `heldMs` is reported already. */
  hasJustBlocked(heldMs: number): boolean {
    return this.#blockWatch.hasReportedWithin(heldMs);
  }

  /** Who knows how long the loop has been held by now. */
  watchBy(loop: LoopWatch | undefined): void {
    this.#blockWatch.loop = loop;
  }

  /** The loop was held while handlers waited here: one of them may have done it. */
  loopWasHeld(heldMs: number): void {
    this.#blockWatch.heldWhileWaiting(heldMs, this.#waiting.deliveries);
  }

  get inFlight(): number {
    return this.#slots;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  get paused(): boolean {
    return this.#pausedAt !== undefined;
  }

  /** When it was paused; epoch milliseconds. */
  get pausedAt(): number | undefined {
    return this.#pausedAt;
  }

  /** Why it cannot be received from, while that is so. */
  get fault(): ReceiveFault | undefined {
    return this.#fault;
  }

  /** When a handler held the event loop last; epoch milliseconds. */
  get blockedAt(): number | undefined {
    return this.#blockWatch.lastAt;
  }

  /** When settling failed last; epoch milliseconds. */
  get settleFailedAt(): number | undefined {
    return this.#scope.backoff.failedAt;
  }

  /** Deliveries that failed one after another. */
  get failures(): Readonly<Pick<FailureStreak, 'inARow' | 'since'>> {
    return this.#scope.failures;
  }

  start(): Promise<void> {
    return this.#receiver.start();
  }

  pause(): Promise<void> {
    this.#pausedAt ??= this.#plan.runtime.now();
    return this.#receiver.pause();
  }

  async resume(): Promise<void> {
    this.#pausedAt = undefined;
    if (this.#lanesGoingBack === 0) await this.#receiver.resume();
  }

  /** A higher limit takes effect at once, a lower one as handlers end. The credit grows with it. */
  setConcurrency(concurrency: number): void {
    this.#concurrency = concurrency;
    if (concurrency > this.#prefetch) {
      this.#prefetch = concurrency;
      this.#receiver.setPrefetch(concurrency);
    }
    this.#fillSlots();
  }

  /** Takes nothing more and gives back what has not begun. No handler starts after the call. */
  async stopTaking(): Promise<void> {
    this.#hasStopped = true;
    this.#isHeld = true;
    this.#stopping.abort(new Error(`the endpoint "${this.#plan.endpoint}" stops`));
    const stopping = this.#stopReceiver();
    const untried = this.#queue.drain();
    await Promise.all([stopping, this.#trials?.stop(), ...untried.map((delivery) => releaseDelivery(delivery, this.#plan))]);
  }

  /**
   * A receiver that cannot be stopped is closed with its transport. What it still hands over is left unsettled until then:
   * released, it would come again at once, for ever.
   */
  async #stopReceiver(): Promise<void> {
    try {
      await this.#receiver.stop();
    } catch (error) {
      this.#isStuck = true;
      const { runtime, endpoint } = this.#plan;
      runtime.logger.warn(
        { event: LOG_EVENTS.receiverStopFailed, endpoint, error },
        'the receiver did not stop; it ends with its transport',
      );
    }
  }

  /** Resolves when no handler runs any more. */
  async whenIdle(): Promise<void> {
    await this.#whenSlotsAreFree();
    await this.#trials?.whenIdle();
  }

  #whenSlotsAreFree(): Promise<void> {
    if (this.#slots === 0) return Promise.resolve();
    this.#idle ??= deferred();
    return this.#idle.promise;
  }

  #trialHost(): TrialHost {
    return {
      handleAlone: (delivery) => this.#handleAlone(delivery),
      holdsLost: (isMeant) =>
        this.#waiting.deliveries.some((delivery) => delivery.isLost && isMeant(delivery)) ||
        this.#queue.some((delivery) => delivery.isLost && isMeant(delivery)),
      widen: (by) => this.#receiver.setPrefetch(this.#prefetch + by),
    };
  }

  async #handleAlone(delivery: ITransportDelivery): Promise<boolean> {
    this.#isHeld = true;
    await this.#whenSlotsAreFree();
    await this.#plan.runtime.sleep(SETTLING_MS, this.#stopping.signal).catch(() => undefined);
    if (this.#hasStopped) return false;
    this.#slots += 1;
    this.#runSlot(delivery);
    await this.#whenSlotsAreFree();
    this.#isHeld = this.#hasStopped;
    this.#fillSlots();
    return true;
  }

  /** Takes a delivery: it is handled as soon as a slot is free, and settled. Called by the receiver, or by who has pushed it. */
  handOver(delivery: ITransportDelivery): void {
    if (this.#hasStopped) return this.#cameTooLate(delivery);
    if (this.#ordered && delivery.lane === undefined) this.#tellOfNoLane(delivery);
    if (this.#trials?.takes(delivery) === true) return;
    if (delivery.lane === undefined && !this.#isHeld && this.#slots < this.#concurrency && this.#queue.size === 0) {
      this.#slots += 1;
      this.#runSlot(delivery);
      return;
    }
    this.#queue.add(delivery);
    this.#fillSlots();
  }

  #cameTooLate(delivery: ITransportDelivery): void {
    this.#plan.runtime.logger.warn(
      { event: LOG_EVENTS.deliveryAfterStop, endpoint: this.#plan.endpoint, ...deliveryLogFields(delivery) },
      'a delivery came after stop; it goes back',
    );
    if (!this.#isStuck) void releaseDelivery(delivery, this.#plan);
  }

  /** Once per start: it may be meant so. */
  #tellOfNoLane(delivery: ITransportDelivery): void {
    if (this.#hasToldOfNoLane) return;
    this.#hasToldOfNoLane = true;
    this.#plan.runtime.logger.warn(
      {
        event: LOG_EVENTS.messageUnordered,
        endpoint: this.#plan.endpoint,
        ...deliveryLogFields(delivery),
      },
      'a message came to an ordered endpoint without a partition key, so it has no order; said once',
    );
  }

  #fillSlots(): void {
    while (!this.#isHeld && this.#slots < this.#concurrency) {
      const delivery = this.#queue.take();
      if (delivery === undefined) return;
      this.#slots += 1;
      this.#runSlot(delivery);
    }
  }

  /**
   * One slot: handles deliveries one after another until there is none. It waits for nothing that has answered at once;
   * where something waits, it goes on when that has ended.
   */
  #runSlot(first: ITransportDelivery): void {
    for (let delivery: ITransportDelivery | undefined = first; delivery !== undefined; delivery = this.#next()) {
      const end = this.#handle(delivery);
      if (isPromise(end)) return this.#waiting.add(delivery, end);
      const pause = this.#afterEnd(delivery, end);
      if (pause !== undefined) return this.#goOnAfter(pause);
    }
    this.#leaveSlot();
  }

  #goOnAfter(pause: Promise<void>): void {
    void this.#plan.runtime.spawn(this.#slotName, async () => {
      await pause;
      this.#takeNext();
    });
  }

  /** The slot of a delivery whose handling has waited for something goes on. */
  #ended(delivery: ITransportDelivery, end: DeliveryEnd): void {
    this.#blockWatch.waited(delivery);
    const pause = this.#afterEnd(delivery, end);
    if (pause === undefined) this.#takeNext();
    else this.#goOnAfter(pause);
  }

  #takeNext(): void {
    const next = this.#next();
    if (next === undefined) this.#leaveSlot();
    else this.#runSlot(next);
  }

  #handle(delivery: ITransportDelivery): MaybePromise<DeliveryEnd> {
    const began = this.#plan.runtime.monotonic();
    const end = receiveDelivery(delivery, this.#scope);
    this.#blockWatch.held(delivery, began);
    return end;
  }

  /** What is to be waited for before the slot takes the next. */
  #afterEnd(delivery: ITransportDelivery, end: DeliveryEnd): Promise<void> | undefined {
    const done = this.#done(delivery, end);
    return this.#isYieldDue() ? (done ?? this.#plan.runtime.yield()) : done;
  }

  #next(): ITransportDelivery | undefined {
    return this.#isHeld || this.#slots > this.#concurrency ? undefined : this.#queue.take();
  }

  #leaveSlot(): void {
    this.#slots -= 1;
    if (this.#slots === 0 && this.#idle !== undefined) this.#tellIdle(this.#idle);
    this.#fillSlots();
  }

  #tellIdle(idle: Deferred<void>): void {
    this.#idle = undefined;
    idle.resolve();
  }

  /** A delivery has ended: the next of its lane may come. Where it goes back, those that wait behind it go back before. */
  #done(delivery: ITransportDelivery, end: DeliveryEnd): Promise<void> | undefined {
    if (end !== 'settled') this.#trials?.wentBack(delivery);
    if (delivery.lane !== undefined && end !== 'settled') return this.#releaseLane(delivery, delivery.lane);
    this.#queue.done(delivery);
    return undefined;
  }

  /**
   * So that it comes again before them. Nothing is taken until the last of them is back: what came again alone would
   * overtake the others.
   */
  async #releaseLane(delivery: ITransportDelivery, lane: string): Promise<void> {
    this.#lanesGoingBack += 1;
    await this.#control('pause');
    for (const behind of this.#queue.drainLane(lane).reverse()) {
      await giveBack(behind, this.#scope);
      this.#trials?.wentBack(behind);
    }
    this.#lanesGoingBack -= 1;
    this.#queue.done(delivery);
    if (this.#lanesGoingBack === 0 && !this.paused) await this.#control('resume');
  }

  async #control(verb: 'pause' | 'resume'): Promise<void> {
    if (this.#hasStopped) return;
    try {
      await this.#receiver[verb]();
    } catch (error) {
      const { runtime, endpoint } = this.#plan;
      runtime.logger.warn({ event: LOG_EVENTS.receiverStopFailed, endpoint, error }, `the receiver did not ${verb} for a lane`);
    }
  }

  #isYieldDue(): boolean {
    this.#handled += 1;
    return this.#handled % YIELD_EVERY === 0;
  }
}
