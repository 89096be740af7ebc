import { ConfigurationError, DeliveryError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { Ambient } from '../runtime/ambient.ts';
import { ambientOf } from '../runtime/ambient.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';

/** An attempt at a message, as what it started finds it. */
export interface AmbientAttempt {
  readonly context: IncomingContext;
  failed: boolean;
}

/** @throws ConfigurationError `AMBIENT_UNAVAILABLE` where it is wanted and the platform cannot */
export function ambientWork(wanted: boolean | undefined): Ambient<AmbientAttempt> | undefined {
  const ambient = wanted === true ? ambientOf<AmbientAttempt>() : undefined;
  if (wanted !== true || ambient !== undefined) return ambient;
  throw new ConfigurationError(
    'AMBIENT_UNAVAILABLE',
    '`ambient` is true, and this platform has no asynchronous context. Drop it, and send by the `context` of the handler.',
  );
}

type Run = (context: IncomingContext) => MaybePromise<void>;

/** The linked steps, with their attempt in reach of all that they start. */
export function withAttempt(run: Run, ambient: Ambient<AmbientAttempt>): Run {
  return (context) => {
    const attempt: AmbientAttempt = { context, failed: false };
    return ambient.run(attempt, () => untilEnd(run, attempt));
  };
}

/**
 * True for what belongs to the unit of work of the attempt; false for what leaves at once.
 * @throws DeliveryError `ATTEMPT_ENDED` after a failed attempt: it sends nothing but what is detached
 */
export function joins({ context, failed }: AmbientAttempt, contract: Contract, detached: boolean | undefined): boolean {
  if (detached === true) return false;
  if (!context.ended) return true;
  if (!failed) return false;
  throw new DeliveryError(
    'ATTEMPT_ENDED',
    `"${contract?.name}" was not sent: the attempt at the message "${context.messageId}" has failed. Await everything before the handler returns, or send it with \`detached: true\`.`,
    { details: { endpoint: context.endpoint, messageId: context.messageId, message: contract?.name } },
  );
}

function untilEnd(run: Run, attempt: AmbientAttempt): MaybePromise<void> {
  try {
    const running = run(attempt.context);
    return isPromise(running) ? running.catch((error: unknown) => fail(attempt, error)) : undefined;
  } catch (error) {
    return fail(attempt, error);
  }
}

function fail(attempt: AmbientAttempt, error: unknown): never {
  attempt.failed = true;
  throw error;
}
