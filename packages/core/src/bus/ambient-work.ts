import { ConfigurationError } from '../errors/bus-error.ts';
import type { Contract } from '../messages/contract.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { AmbientWork } from '../pipeline/message-capture.ts';
import type { Ambient } from '../runtime/ambient.ts';
import { ambientOf } from '../runtime/ambient.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';

/** @throws ConfigurationError `AMBIENT_UNAVAILABLE` where it is asked for and the platform cannot; with a store it is on where it can be */
export function ambientWork({ ambient: wanted, store }: AmbientOptions): Ambient<AmbientWork> | undefined {
  const ambient = wanted === true || store !== undefined ? ambientOf<AmbientWork>() : undefined;
  if (wanted !== true || ambient !== undefined) return ambient;
  throw new ConfigurationError(
    'AMBIENT_UNAVAILABLE',
    '`ambient` is true, and this platform has no asynchronous context. Drop it, and send by the `context` of the handler.',
  );
}

type AmbientOptions = { readonly ambient?: boolean; readonly store?: unknown };
type Run = (context: IncomingContext) => MaybePromise<void>;

/** The linked steps, with their attempt in reach of all that they start. */
export function withAttempt(run: Run, ambient: Ambient<AmbientWork>): Run {
  return (context) => {
    const work: AmbientWork = { capture: context, refusesLate: false };
    return ambient.run(work, () => untilEnd(run, context, work));
  };
}

/**
 * True for what belongs to the unit of work; false for what leaves at once.
 * @throws DeliveryError `ATTEMPT_ENDED` after a failed attempt, and while a unit is being committed: nothing is sent but what is detached
 */
export function joins({ capture, refusesLate }: AmbientWork, contract: Contract, detached: boolean | undefined): boolean {
  if (detached === true) return false;
  if (!capture.ended) return true;
  if (!refusesLate) return false;
  throw capture.refusalOf(contract);
}

function untilEnd(run: Run, context: IncomingContext, work: AmbientWork): MaybePromise<void> {
  try {
    const running = run(context);
    return isPromise(running) ? running.catch((error: unknown) => fail(work, error)) : undefined;
  } catch (error) {
    return fail(work, error);
  }
}

function fail(work: AmbientWork, error: unknown): never {
  work.refusesLate = true;
  throw error;
}
