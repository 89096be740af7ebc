import { DeliveryError } from '../errors/bus-error.ts';
import { attemptLogFields } from '../messages/log-fields.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import { IncomingContext } from '../pipeline/incoming-context.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { AnyHandle, RunnableHandler } from './handler.ts';

/** The handler with its timeout around it, its own or that of its endpoint; as it is where there is none. */
export function limitHandler(bound: RunnableHandler, defaultTimeoutMs: number | undefined, runtime: Runtime): RunnableHandler {
  const timeoutMs = bound.timeoutMs ?? defaultTimeoutMs;
  return timeoutMs === undefined ? bound : Object.freeze({ ...bound, handle: limited(bound, timeoutMs, runtime) });
}

function limited({ handle, id }: RunnableHandler, timeoutMs: number, runtime: Runtime): AnyHandle {
  const call = handle as (message: unknown, context: ConsumeContext) => MaybePromise<unknown>;
  const run = (message: unknown, context: ConsumeContext): MaybePromise<unknown> => {
    const limit = new LimitedSignal(context);
    const handling = call(message, withSignal(context, limit));
    if (!isPromise(handling)) return handling;
    const { signal } = context;
    return new Promise((resolve, reject) => {
      const timer = runtime.setTimer(timeoutMs, () => {
        signal.removeEventListener('abort', onAbort); // a handler that never ends is not to be kept by it
        const error = timedOut(context, id, timeoutMs);
        runtime.logger.warn(
          { event: LOG_EVENTS.handlerAbandoned, endpoint: context.endpoint, ...attemptLogFields(context), handler: id, timeoutMs },
          'a handler did not end in time; its signal aborts, and it runs on unheard',
        );
        if (context instanceof IncomingContext) context.leaveBehind(handling);
        limit.abort(error);
        reject(error);
      });
      // A bus that has given up draining has aborted the signal: nothing is left to be limited, and no timer is to outlive it.
      const onAbort = (): void => {
        if (isBusError(signal.reason, 'BUS_STOPPED')) timer.cancel();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      Promise.resolve(handling) // which may be a thenable without `finally`
        .finally(() => {
          timer.cancel();
          signal.removeEventListener('abort', onAbort);
        })
        .then(resolve, reject);
    });
  };
  return run as AnyHandle;
}

/** The signal of a context, which also aborts when the time of one handler is over. Made when it is read. */
class LimitedSignal {
  readonly #context: ConsumeContext;
  #limit: AbortController | undefined;
  #signal: AbortSignal | undefined;

  constructor(context: ConsumeContext) {
    this.#context = context;
  }

  get signal(): AbortSignal {
    this.#limit ??= new AbortController();
    return (this.#signal ??= AbortSignal.any([this.#context.signal, this.#limit.signal]));
  }

  abort(error: DeliveryError): void {
    (this.#limit ??= new AbortController()).abort(error);
  }
}

/** The same context with another signal, for one handler: those of the other handlers of the message stay as they are. */
function withSignal(context: ConsumeContext, limit: LimitedSignal): ConsumeContext {
  return new Proxy(context, {
    get: (target, key) => {
      if (key === 'signal') return limit.signal;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function timedOut({ contract, endpoint, messageId }: ConsumeContext, handler: string, timeoutMs: number): DeliveryError {
  return new DeliveryError(
    'HANDLER_TIMEOUT',
    `The handler "${handler}" of "${contract.name}" did not end within ${timeoutMs} ms. Handle faster, raise its \`timeout\`, and end when \`context.signal\` aborts.`,
    { details: { contract: contract.name, endpoint, messageId, handler, timeoutMs } },
  );
}
