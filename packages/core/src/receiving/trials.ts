import { DeliveryError } from '../errors/bus-error.ts';
import { HEADERS } from '../messages/headers.ts';
import { deliveryLogFields } from '../messages/log-fields.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import type { TrialDecision, TrialPolicy, TrialRecord } from '../recoverability/decide-trial.ts';
import { decideTrial, readTrialMark } from '../recoverability/decide-trial.ts';
import { describeError } from '../recoverability/failure-headers.ts';
import type { Timer } from '../runtime/runtime.ts';
import type { ITransportDelivery } from '../transport/delivery.ts';
import { attemptsToTell, countAttempts } from './count-attempts.ts';
import { giveUp } from './execute-decision.ts';
import { KnownIds } from './known-ids.ts';
import type { ReceiveScope } from './receive-delivery.ts';
import { giveBack, releaseDelivery } from './receive-delivery.ts';
import { nextTrialMark, trialMarkOf } from './trial-marks.ts';

/** So many messages are remembered that went back while this process lived. */
const MOST_KNOWN = 10_000;
/** A copy that another process has taken, or that stands behind others, keeps the next suspect waiting no longer. */
const COPY_PATIENCE_MS = 250;
/** So long away is what cannot be begun now. Its original has left before it can come again, even if it ends the process in its first turn. */
const AWAY_MS = 1_000;
/** So many suspects may be held at least, however small the prefetch is. */
const LEAST_HELD = 10;

/** What the endpoint does for its trials. */
export interface TrialHost {
  /** Handles it while nothing else is: what runs ends before, and nothing begins until it has ended. False when the endpoint stopped before. */
  handleAlone(delivery: ITransportDelivery): Promise<boolean>;
  /** True when a lost delivery is still in hand that is meant. */
  holdsLost(isMeant: (delivery: ITransportDelivery) => boolean): boolean;
  /** So many may be in hand beyond the credit. */
  widen(by: number): void;
}

/** A message that needs a trial. */
interface Suspect {
  readonly delivery: ITransportDelivery;
  readonly record: TrialRecord;
}

/**
 * Finds the message that ends its process. What came back again and again is a suspect. Suspects are held, unmarked; one at a time goes back as a copy with the mark of its trial, and is handled alone when it arrives, here
 * or in another process. What cannot be tried when it arrives is at once sent back without that mark: only what is about to
 * begin can be blamed.
 */
export class Trials {
  readonly #scope: ReceiveScope;
  readonly #policy: TrialPolicy;
  readonly #host: TrialHost;
  readonly #prefetch: number;
  /** Messages that went back while this process lived: they have not ended it. */
  readonly #known = new KnownIds(MOST_KNOWN);
  #suspects: Suspect[] = [];
  /** What has arrived for its trial: one, until the trial has ended, and the same again if it was lost meanwhile. */
  readonly #tried: Suspect[] = [];
  /** Runs while a copy is on its way, or a trial has just begun here. */
  #patience: Timer | undefined;
  #isWide = false;
  #work: Promise<void> | undefined;
  /** What is sent to its trial, or away. */
  readonly #leaving = new Set<Promise<void>>();

  /** Nothing where the policy or the broker lets nobody tell a crash. */
  static of(scope: ReceiveScope, host: TrialHost, prefetch: number): Trials | undefined {
    const { maxCrashes } = scope.plan.recovery;
    const { kind } = scope.plan.capabilities.attempts;
    if (maxCrashes === 0 || kind === 'none') return undefined;
    return new Trials(scope, { maxCrashes, countsByMark: kind === 'flag' }, host, prefetch);
  }

  private constructor(scope: ReceiveScope, policy: TrialPolicy, host: TrialHost, prefetch: number) {
    this.#scope = scope;
    this.#policy = policy;
    this.#host = host;
    this.#prefetch = prefetch;
  }

  /** So many suspects are held. */
  get #most(): number {
    return Math.max(this.#prefetch, LEAST_HELD);
  }

  /** True for what is taken care of here, and not by the slots. Asked of every message. */
  takes(delivery: ITransportDelivery): boolean {
    const mark = trialMarkOf(delivery);
    if (mark === undefined && (delivery.attempt ?? 1) <= 1) return false;
    const decision = this.#decide(delivery, mark);
    if (decision.kind === 'handle') return false;
    this.#take(delivery, decision);
    return true;
  }

  /** A delivery ended unsettled: when its message comes again, it is known that this process lives. */
  wentBack(delivery: ITransportDelivery): void {
    this.#known.add(idOf(delivery));
  }

  /** Gives back what waits. What is handled alone ends as all else that is handled. */
  async stop(): Promise<void> {
    this.#patience?.cancel();
    await Promise.all(this.#suspects.splice(0).map(({ delivery }) => releaseDelivery(delivery, this.#scope.plan)));
  }

  /** Resolves when nothing is being done about any of them. */
  async whenIdle(): Promise<void> {
    await Promise.all([this.#work, ...this.#leaving]);
  }

  #decide(delivery: ITransportDelivery, text: string | undefined): TrialDecision {
    const { capabilities } = this.#scope.plan;
    const headers = MessageHeaders.readOnly(delivery.message.headers);
    const askedFor = capabilities.redeliver === 'in-place' ? countAttempts(headers, delivery).redeliveries : 0;
    const id = idOf(delivery);
    return decideTrial(
      {
        deliveries: delivery.attempt ?? 1,
        mark: readTrialMark(text),
        askedFor,
        isKnown: this.#known.has(id) || this.#hasLost(id) || this.#host.holdsLost((lost) => idOf(lost) === id),
      },
      this.#policy,
    );
  }

  /** True for the one that was to be tried when the connection was lost. */
  #hasLost(id: string): boolean {
    return this.#tried.some(({ delivery }) => delivery.isLost && idOf(delivery) === id);
  }

  #take(delivery: ITransportDelivery, decision: Exclude<TrialDecision, { readonly kind: 'handle' }>): void {
    const suspect = { delivery, record: { returns: decision.returns, crashes: decision.crashes } };
    if (decision.kind === 'dead-letter') return this.#leave(suspect, () => this.#bury(suspect));
    if (decision.kind === 'try-alone') return this.#arrived(suspect);
    if (decision.kind === 'count' || this.#suspects.length >= this.#most) return this.#sendAway(suspect, AWAY_MS);
    this.#suspects.push(suspect);
    this.#widen();
    this.#sendNext();
  }

  /** Two marked ones in hand would both be blamed for what one of them does. */
  #arrived(suspect: Suspect): void {
    if (this.#tried.length > 0 && !this.#hasLost(idOf(suspect.delivery))) return this.#sendAway(suspect, 0);
    this.#tried.push(suspect);
    this.#work ??= this.#scope.plan.runtime.spawn(`trials of ${this.#scope.plan.endpoint}`, () => this.#workOff());
  }

  /** Without the mark of a trial: what it comes back from is not to its account. */
  #sendAway(suspect: Suspect, delayMs: number): void {
    this.#leave(suspect, async () => {
      const { delay } = this.#scope.plan.capabilities;
      await this.#redeliver(suspect, false, delay.steps === 'any' ? delayMs : 0);
    });
  }

  #leave({ delivery }: Suspect, how: () => Promise<void>): void {
    const { runtime, endpoint } = this.#scope.plan;
    const leaving = runtime.spawn(`trials of ${endpoint}`, () => this.#settle(delivery, how));
    this.#leaving.add(leaving);
    void leaving.then(() => this.#leaving.delete(leaving));
  }

  async #workOff(): Promise<void> {
    for (let next = this.#tried[0]; next !== undefined; next = this.#tried[0]) {
      this.#bePatient();
      await this.#try(next);
      this.#tried.shift();
    }
    this.#work = undefined;
    this.#patience?.cancel();
    this.#patience = undefined;
    this.#sendNext();
  }

  /** While a trial takes long, others may try the next ones. */
  #bePatient(): void {
    this.#patience?.cancel();
    this.#patience = this.#scope.plan.runtime.setTimer(COPY_PATIENCE_MS, () => {
      this.#patience = undefined;
      this.#sendNext();
    });
  }

  /** First the one that has ended the fewest processes; none while a copy is on its way. */
  #sendNext(): void {
    if (this.#patience !== undefined || this.#scope.plan.stopping.aborted) return;
    const [next, ...others] = this.#suspects
      .filter(({ delivery }) => !delivery.isLost)
      .toSorted((a, b) => a.record.crashes - b.record.crashes);
    this.#suspects = others;
    this.#widen();
    if (next === undefined) return;
    this.#bePatient();
    this.#leave(next, () => this.#sendToTrial(next));
  }

  /** The suspects do not take up the credit: the marked copies must be able to arrive, and the work goes on. */
  #widen(): void {
    const isWide = this.#suspects.length > (this.#isWide ? 0 : this.#prefetch / 2);
    if (isWide === this.#isWide) return;
    this.#isWide = isWide;
    this.#host.widen(isWide ? this.#most : 0);
  }

  async #try(suspect: Suspect): Promise<void> {
    if (suspect.delivery.isLost) this.wentBack(suspect.delivery);
    else if (!(await this.#host.handleAlone(suspect.delivery))) await this.#putBack(suspect);
  }

  async #settle(delivery: ITransportDelivery, how: () => Promise<void>): Promise<void> {
    const { plan, backoff } = this.#scope;
    try {
      await how();
    } catch (error) {
      plan.runtime.logger.error(
        { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, ...deliveryLogFields(delivery), error: describeError(error) },
        'a delivery could not be settled; it is given back after a pause',
      );
      await backoff.pause([plan.stopping, plan.aborted, delivery.lost]);
      await giveBack(delivery, this.#scope);
    }
  }

  /** The mark is at the broker before the handler begins: that is what the copy is for. */
  async #sendToTrial(suspect: Suspect): Promise<void> {
    const { runtime, endpoint, recovery } = this.#scope.plan;
    const { delivery, record } = suspect;
    if ((await this.#redeliver(suspect, true, 0)) === 'lost') return;
    const { maxCrashes } = recovery;
    const fields = { event: LOG_EVENTS.messageSuspected, endpoint, ...deliveryLogFields(delivery), ...record, maxCrashes };
    if (record.crashes === 0) runtime.logger.info(fields, 'a message was in hand whenever a process ended; it is handled again, alone');
    else runtime.logger.warn(fields, 'a process ended while it handled this message alone; it is handled again, alone');
  }

  #redeliver({ delivery, record }: Suspect, isAlone: boolean, delayMs: number): ReturnType<ITransportDelivery['redeliver']> {
    const { capabilities } = this.#scope.plan;
    const { attempts } = countAttempts(MessageHeaders.readOnly(delivery.message.headers), delivery);
    const headers = new Map<string, string>([
      [HEADERS.attempt, String(attemptsToTell(attempts, delivery, capabilities))],
      [HEADERS.trial, nextTrialMark({ ...record, isAlone }, delivery, capabilities)],
    ]);
    return delivery.redeliver({ delayMs, headers });
  }

  /** A marked one that was not tried goes back as a copy: released, it would look as if it had ended this process. */
  async #putBack(suspect: Suspect): Promise<void> {
    try {
      await this.#redeliver(suspect, false, 0);
    } catch {
      await releaseDelivery(suspect.delivery, this.#scope.plan);
    }
  }

  async #bury({ delivery, record: { returns, crashes } }: Suspect): Promise<void> {
    const { plan, failures } = this.#scope;
    const headers = MessageHeaders.readOnly(delivery.message.headers);
    const context = new IncomingContext(delivery, headers, plan, countAttempts(headers, delivery).attempts);
    const { messageId } = context;
    const error = new DeliveryError(
      'PROCESS_CRASHED',
      `The message "${messageId}" came back to the endpoint "${plan.endpoint}" ${returns} times without an end, and ${crashes} times more when nothing was handled beside it: it ends its process. Mend its handler, then return it.`,
      { details: { endpoint: plan.endpoint, messageId, returns, crashes } },
    );
    await giveUp({ delivery, context, error }, 'crashed', plan);
    failures.failed();
  }
}

const idOf = ({ message: { headers }, nativeId }: ITransportDelivery): string => headers.get(HEADERS.id) ?? nativeId;
