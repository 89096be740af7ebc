import { UnrecoverableError } from '../errors/bus-error.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { HandlerTable } from '../handling/handler-table.ts';
import type { RunnableHandler } from '../handling/handler.ts';
import { invokeEach } from '../handling/invoke.ts';
import { replyFrom } from '../inbox/stored-response.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { SLOTS } from '../messages/message-headers.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Step } from '../pipeline/step.ts';
import { isOfDatabase } from './store-failure.ts';
import type { UnitEnd, UnitParts } from './unit-of-work.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** What the step needs beside what its units do. */
export interface UnitStepParts extends UnitParts {
  /** Where the reply to a message goes; nothing where nobody asked, or the address is refused. */
  readonly replyAddress: (context: IncomingContext) => string | undefined;
}

/** How often a unit is run again after a conflict with another transaction. */
const MOST_CONFLICTS = 3;
const FIRST_CONFLICT_WAIT_MS = 20;
const FIRST_OUTAGE_WAIT_MS = 100;
const LONGEST_OUTAGE_WAIT_MS = 5_000;

/**
 * Calls the handlers of the message, one after another, each in a unit of work of its own. A handler that has succeeded before is
 * not called again, also when another of the same message has failed.
 */
export function invokeInUnits(table: HandlerTable, parts: UnitStepParts): Step<IncomingContext> {
  return {
    name: 'invoke-handlers',
    description: 'Calls the handlers of the message, one after another, each in a transaction with its inbox key and what it sends.',
    run: (context) => {
      context.handling = true;
      const handlers = table.find(context.contract.name)?.handlers ?? [];
      const first = context.attempt; // a conflict of one handler does not count for the next
      return invokeEach(handlers, context, (bound) => runUnit(bound, context, first, parts));
    },
  };
}

/**
 * Runs a unit of work until it is committed, or its handler has failed. What the store fails with, also in a statement of its own, is
 * no failure of the message: the unit is run again, after a wait that grows, without counting; when nothing more is to be begun the
 * delivery goes back. After a conflict it is run again up to three times, and that counts.
 */
async function runUnit(bound: RunnableHandler, attempt: IncomingContext, first: number, parts: UnitStepParts): Promise<void> {
  let outages = 0;
  for (let conflicts = 0; ;) {
    const unit = new UnitOfWork(bound, attempt, first + conflicts, parts);
    try {
      const end = await unit.run();
      return concluded(end, bound, attempt, parts, outages > 0);
    } catch (error) {
      if (isTooLate(unit, attempt, error)) return goesBack(attempt, error);
      const conflicted = isBusError(error, 'TRANSACTION_CONFLICT');
      if (conflicted ? conflicts === MOST_CONFLICTS : !isOutage(error, unit)) throw error;
      if (!conflicted) tellOutage(error, outages, bound, attempt, parts);
      if (!(await waits(conflicted ? waitAfterConflict(conflicts) : waitAfterOutage(outages), attempt, parts)))
        return goesBack(attempt, error);
      if (conflicted) {
        conflicts += 1;
        attempt.attempt = Math.max(attempt.attempt, first + conflicts);
      } else outages += 1;
    }
  }
}

function isOutage(error: unknown, unit: UnitOfWork): boolean {
  if (unit.isOfHandler(error)) return false;
  if (isBusError(error, 'STORE_UNAVAILABLE') || isBusError(error, 'TRANSACTION_OUTCOME_UNKNOWN')) return true;
  return unit.isOfStore(error) && isOfDatabase(error);
}

/** True where it waited for its transaction when nothing more was to be begun. */
function isTooLate(unit: UnitOfWork, { stopping }: IncomingContext, error: unknown): boolean {
  return stopping.aborted && !unit.hasBegun && !unit.isOfHandler(error);
}

const waitAfterConflict = (conflicts: number): number => FIRST_CONFLICT_WAIT_MS * 2 ** conflicts;
const waitAfterOutage = (outages: number): number => Math.min(LONGEST_OUTAGE_WAIT_MS, FIRST_OUTAGE_WAIT_MS * 2 ** outages);

/** The delivery is released, which does not count. */
function goesBack(attempt: IncomingContext, error: unknown): never {
  attempt.releaseFor = { error };
  throw error;
}

/** False when nothing more is to be begun: the endpoint stops, the bus has given up draining, or the delivery is lost. */
async function waits(delayMs: number, { stopping, signal }: IncomingContext, { runtime }: UnitStepParts): Promise<boolean> {
  try {
    await runtime.sleep(delayMs * (0.5 + runtime.random() / 2), AbortSignal.any([stopping, signal]));
    return true;
  } catch {
    return false;
  }
}

function concluded(
  end: UnitEnd,
  bound: RunnableHandler,
  attempt: IncomingContext,
  { store, runtime, replyAddress }: UnitStepParts,
  wasInDoubt: boolean,
): void {
  if (end.status === 'handled') {
    if (end.hasStored) store.wakeRelay();
    if (end.reply !== undefined) attempt.capture(end.reply);
    return;
  }
  if (wasInDoubt) store.wakeRelay();
  runtime.logger.debug(
    { event: LOG_EVENTS.messageDuplicate, endpoint: attempt.endpoint, ...attemptLogFields(attempt), handler: bound.id },
    'a handler has succeeded with this message before; it is not called again',
  );
  if (attempt.contract.kind === 'command' && attempt.contract.hasReply) replyAgain(end.response, bound, attempt, replyAddress);
}

/** Who asks again gets what was kept. */
function replyAgain(
  response: Uint8Array | undefined,
  bound: RunnableHandler,
  attempt: IncomingContext,
  replyAddress: UnitStepParts['replyAddress'],
): void {
  const address = replyAddress(attempt);
  if (address === undefined) return;
  const reply = response === undefined ? undefined : replyFrom(response, { address, request: attempt.allHeaders.at(SLOTS.request) });
  if (reply === undefined)
    throw new UnrecoverableError(
      `The handler "${bound.id}" has succeeded with the message "${attempt.messageId}" before, and no reply was kept. What it did stands; ask for its result in another way.`,
      { details: { endpoint: attempt.endpoint, messageId: attempt.messageId, handler: bound.id } },
    );
  attempt.capture(reply);
}

/** The first time as a warning; while it lasts, no more than `debug`. */
function tellOutage(
  error: unknown,
  outages: number,
  bound: RunnableHandler,
  attempt: IncomingContext,
  { store, runtime }: UnitStepParts,
): void {
  runtime.logger[outages === 0 ? 'warn' : 'debug'](
    {
      event: LOG_EVENTS.storeFailed,
      store: store.store.name,
      endpoint: attempt.endpoint,
      ...attemptLogFields(attempt),
      handler: bound.id,
      error,
    },
    'the store failed while a message was handled; it is tried again, and the attempt does not count',
  );
}
