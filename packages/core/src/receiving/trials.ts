import { DeliveryError } from '../errors/bus-error.ts';
import { HEADERS } from '../messages/headers.ts';
import { deliveryLogFields } from '../messages/log-fields.ts';
import { MessageHeaders } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import type { TrialDecision, TrialPolicy } from '../recoverability/decide-trial.ts';
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
/** After this time another process has taken the copy, or it stands far behind others: the next suspect is sent on its way. */
const COPY_PATIENCE_MS = 10_000;

/** What the endpoint does for its trials. */
export interface TrialHost {
  /** Handles it while nothing else is: what runs ends before, and nothing begins until it has ended. False when the endpoint stopped before. */
  handleAlone(delivery: ITransportDelivery): Promise<boolean>;
  /** True when a lost delivery is still in hand that is meant. */
  holdsLost(isMeant: (delivery: ITransportDelivery) => boolean): boolean;
  /** As much again may be held beyond the credit, or no more. */
  widen(isWide: boolean): void;
}

/** A message that needs a trial, or no more of them, and how often it has ended a process for certain. */
interface Suspect {
  readonly delivery: ITransportDelivery;
  readonly decision: Extract<TrialDecision, { readonly crashes: number }>;
}

/**
 * Finds the message that ends its process. Suspects are held, unmarked; one at a time goes back as a copy with the mark of its
 * trial, and is handled alone when it arrives. Whatever else is in hand when the process dies then carries no mark, and
 * is a suspect again, but not blamed.
 */
export class Trials {
  readonly #scope: ReceiveScope;
  readonly #policy: TrialPolicy;
  readonly #host: TrialHost;
  /** The most suspects that are held: what the endpoint's prefetch was. */
  readonly #most: number;
  /** Messages that went back while this process lived: they have not ended it. */
  readonly #known = new KnownIds(MOST_KNOWN);
  #suspects: Suspect[] = [];
  /** Marked ones that have arrived for their trial. */
  readonly #due: ITransportDelivery[] = [];
  /** The copy that is on its way. */
  #copy: { readonly id: string; readonly patience: Timer } | undefined;
  #isWide = false;
  #work: Promise<void> | undefined;

  /** Nothing where the policy or the broker lets nobody tell a crash. */
  static of(scope: ReceiveScope, host: TrialHost, most: number): Trials | undefined {
    const { maxCrashes } = scope.plan.recovery;
    const { kind } = scope.plan.capabilities.attempts;
    if (maxCrashes === 0 || kind === 'none') return undefined;
    return new Trials(scope, { maxCrashes, tolerated: kind === 'count' ? 1 : 0 }, host, most);
  }

  private constructor(scope: ReceiveScope, policy: TrialPolicy, host: TrialHost, most: number) {
    this.#scope = scope;
    this.#policy = policy;
    this.#host = host;
    this.#most = most;
  }

  /** True for what is taken care of here, and not by the slots. Asked of every message. */
  takes(delivery: ITransportDelivery): boolean {
    const mark = trialMarkOf(delivery);
    if (mark === undefined && (delivery.attempt ?? 1) <= 1) return false;
    const decision = this.#decide(delivery, mark);
    if (decision.kind === 'handle') return false;
    if (decision.kind === 'try-alone') this.#arrived(delivery);
    else this.#suspects.push({ delivery, decision });
    this.#goOn();
    return true;
  }

  /** A delivery ended unsettled: when its message comes again, it is known that this process lives. */
  wentBack(delivery: ITransportDelivery): void {
    this.#known.add(idOf(delivery));
  }

  /** Gives back what waits. What is handled alone ends as all else that is handled. */
  async stop(): Promise<void> {
    this.#copyIsNotAwaited();
    const suspects = this.#suspects.splice(0).map(({ delivery }) => releaseDelivery(delivery, this.#scope.plan));
    await Promise.all([...suspects, ...this.#due.splice(0).map((delivery) => this.#putBack(delivery))]);
  }

  /** Resolves when nothing is being done about any of them. */
  whenIdle(): Promise<void> {
    return this.#work ?? Promise.resolve();
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
        isKnown: this.#known.has(id) || this.#host.holdsLost((lost) => idOf(lost) === id),
      },
      this.#policy,
    );
  }

  #arrived(delivery: ITransportDelivery): void {
    if (this.#copy?.id === idOf(delivery)) this.#copyIsNotAwaited();
    this.#due.push(delivery);
  }

  #goOn(): void {
    if (this.#work !== undefined || this.#scope.stopping.aborted) return;
    const { runtime, endpoint } = this.#scope.plan;
    this.#work = runtime.spawn(`trials of ${endpoint}`, async () => {
      await runtime.yield(); // what came together is seen together
      await this.#workOff();
    });
  }

  async #workOff(): Promise<void> {
    for (;;) {
      if (this.#scope.stopping.aborted) await this.stop();
      const due = this.#due.shift();
      const suspect = due === undefined ? this.#nextSuspect() : undefined;
      if (due !== undefined) await this.#try(due);
      else if (suspect !== undefined) await this.#settle(suspect);
      else break;
    }
    this.#widen();
    this.#work = undefined;
  }

  /** The one that has ended the fewest processes; none while a copy is on its way, unless too many are held. */
  #nextSuspect(): Suspect | undefined {
    this.#suspects = this.#suspects.filter(({ delivery }) => !delivery.isLost);
    const given = this.#suspects.find(({ decision }) => decision.kind === 'dead-letter');
    if (given === undefined && this.#copy !== undefined && this.#suspects.length <= this.#most) return undefined;
    const next = given ?? this.#suspects.toSorted((a, b) => a.decision.crashes - b.decision.crashes)[0];
    if (next !== undefined) this.#suspects.splice(this.#suspects.indexOf(next), 1);
    return next;
  }

  /** While suspects take up the credit, the marked copy must be able to arrive, and the work to go on. */
  #widen(): void {
    const isWide = this.#suspects.length > (this.#isWide ? 0 : this.#most / 2);
    if (isWide === this.#isWide) return;
    this.#isWide = isWide;
    this.#host.widen(isWide);
  }

  async #try(delivery: ITransportDelivery): Promise<void> {
    if (delivery.isLost || (await this.#host.handleAlone(delivery))) return;
    await this.#putBack(delivery);
  }

  async #settle(suspect: Suspect): Promise<void> {
    const { plan, backoff, stopping } = this.#scope;
    const { delivery, decision } = suspect;
    try {
      await (decision.kind === 'dead-letter' ? this.#bury(suspect) : this.#sendToTrial(suspect));
    } catch (error) {
      this.#copyIsNotAwaited();
      plan.runtime.logger.error(
        { event: LOG_EVENTS.settleFailed, endpoint: plan.endpoint, ...deliveryLogFields(delivery), error: describeError(error) },
        'a delivery could not be settled; it is given back after a pause',
      );
      await backoff.pause([stopping, plan.aborted, delivery.lost]);
      await giveBack(delivery, this.#scope);
    }
  }

  /** The mark is at the broker before the handler begins: that is what the copy is for. */
  async #sendToTrial({ delivery, decision: { crashes } }: Suspect): Promise<void> {
    const { runtime, endpoint, recovery } = this.#scope.plan;
    this.#awaitCopy(idOf(delivery));
    const result = await this.#redeliver(delivery, crashes + 1);
    if (result === 'lost') return this.#copyIsNotAwaited();
    const fields = {
      event: LOG_EVENTS.messageSuspected,
      endpoint,
      ...deliveryLogFields(delivery),
      crashes,
      maxCrashes: recovery.maxCrashes,
    };
    if (crashes === 0) runtime.logger.info(fields, 'a message was in hand when a process ended; it is handled again, alone');
    else runtime.logger.warn(fields, 'a process ended while it handled this message alone; it is handled again, alone');
  }

  #redeliver(delivery: ITransportDelivery, trial: number): ReturnType<ITransportDelivery['redeliver']> {
    const { capabilities } = this.#scope.plan;
    const { attempts } = countAttempts(MessageHeaders.readOnly(delivery.message.headers), delivery);
    const headers = new Map<string, string>([
      [HEADERS.attempt, String(attemptsToTell(attempts, delivery, capabilities))],
      [HEADERS.trial, nextTrialMark(trial, delivery, capabilities)],
    ]);
    return delivery.redeliver({ delayMs: 0, headers });
  }

  /** A marked one that was not tried goes back as it came: released, it would look as if it had ended this process. */
  async #putBack(delivery: ITransportDelivery): Promise<void> {
    try {
      await this.#redeliver(delivery, readTrialMark(trialMarkOf(delivery))?.number ?? 0);
    } catch {
      await releaseDelivery(delivery, this.#scope.plan);
    }
  }

  async #bury({ delivery, decision: { crashes } }: Suspect): Promise<void> {
    const { plan, failures } = this.#scope;
    const headers = MessageHeaders.readOnly(delivery.message.headers);
    const context = new IncomingContext(delivery, headers, plan, countAttempts(headers, delivery).attempts);
    const { messageId } = context;
    const error = new DeliveryError(
      'PROCESS_CRASHED',
      `The message "${messageId}" was handled alone at the endpoint "${plan.endpoint}" when the process ended, ${crashes} times. Mend its handler, then return it.`,
      { details: { endpoint: plan.endpoint, messageId, crashes } },
    );
    await giveUp({ delivery, context, error }, 'crashed', plan);
    failures.failed();
  }

  #awaitCopy(id: string): void {
    this.#copyIsNotAwaited();
    const patience = this.#scope.plan.runtime.setTimer(COPY_PATIENCE_MS, () => {
      this.#copy = undefined;
      this.#goOn();
    });
    this.#copy = { id, patience };
  }

  #copyIsNotAwaited(): void {
    this.#copy?.patience.cancel();
    this.#copy = undefined;
  }
}

const idOf = ({ message: { headers }, nativeId }: ITransportDelivery): string => headers.get(HEADERS.id) ?? nativeId;
