import { ConfigurationError } from '../errors/bus-error.ts';
import { isBusError } from '../errors/is-bus-error.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';

/** What a visit works with. */
export interface VisitParts {
  readonly transport: IMessageTransport;
  readonly runtime: Runtime;
}

/** How a visit is made. */
export interface VisitOptions {
  /** What is done there, for people: `topology.apply`. */
  readonly operation: string;
  /** The transport is open, and stays so. */
  readonly isOpen: boolean;
  /** The longest that opening and the work may take together, in milliseconds. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Does something at the broker in bounded time, apart from the life of a bus: opens the transport unless it is open, and closes it again.
 * @throws ConfigurationError `TOPOLOGY_TIMEOUT`, `TOPOLOGY_REFUSED`; what the transport rejects with; the reason of the signal
 */
export async function visitBroker<T>(parts: VisitParts, options: VisitOptions, work: () => Promise<T>): Promise<T> {
  const { transport, runtime } = parts;
  options.signal?.throwIfAborted();
  const late = new AbortController();
  const timer = runtime.setTimer(options.limitMs, () => late.abort(tooLate(transport.name, options)));
  const signal = options.signal === undefined ? late.signal : AbortSignal.any([options.signal, late.signal]);
  let hasOpened = false;
  try {
    if (!options.isOpen) {
      await transport.open({ runtime, signal, onState: () => undefined });
      hasOpened = true;
    }
    return await unlessAborted(work(), signal);
  } catch (error) {
    throw signal.aborted || isBusError(error) ? error : refused(transport.name, options.operation, error);
  } finally {
    timer.cancel();
    if (hasOpened) await settlesInTime(transport.close(), { limitMs: transport.capabilities.stopSlackMs, runtime });
  }
}

function tooLate(transport: string, { operation, limitMs }: VisitOptions): ConfigurationError {
  return new ConfigurationError(
    'TOPOLOGY_TIMEOUT',
    `\`${operation}\` had no answer of the transport "${transport}" within ${limitMs} ms. Look whether the broker is well, and do it again; what it has done until then stays.`,
    { details: { transport, operation, limitMs } },
  );
}

function refused(transport: string, operation: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(
    'TOPOLOGY_REFUSED',
    `\`${operation}\` failed at the transport "${transport}". See \`cause\`; it may be done again.`,
    { cause, details: { transport, operation } },
  );
}
