import type { TelemetryAttributes } from '../observability/attributes.ts';
import { DIAGNOSTICS_CHANNELS } from '../observability/telemetry-names.ts';
import type { ISpan, ITracer, SpanFailure, SpanOptions } from '../observability/tracer.ts';
import type { TracingChannel } from '../runtime/diagnostics-channel.ts';
import { isSubscribed, tracingChannel } from '../runtime/diagnostics-channel.ts';

/** What is published on `waybill.send` and `waybill.process`: one object for all five events of an operation. */
export interface DiagnosticsMessage {
  /** `send orders`, `process orders`. */
  readonly name: string;
  readonly attributes: TelemetryAttributes;
  /** The trace context of a message that came; of `waybill.process` only. */
  readonly remote: ReadonlyMap<string, string> | undefined;
  /** Writes a header of the trace context; of `waybill.send` only, and only in `start`. */
  inject: ((header: string, value: string) => void) | undefined;
  /** Given once it has failed. */
  error?: unknown;
}

/** A tracer that publishes on the host's diagnostics channels, while somebody subscribes; nothing where the host has none. */
export function diagnosticsTracer(): (ITracer & { readonly isSubscribed: boolean }) | undefined {
  const send = tracingChannel(DIAGNOSTICS_CHANNELS.send);
  const process = tracingChannel(DIAGNOSTICS_CHANNELS.process);
  if (send === undefined || process === undefined) return undefined;
  return {
    get isSubscribed() {
      return isSubscribed(send) || isSubscribed(process);
    },
    startSpan: (name, options) => {
      const channel = options.kind === 'producer' ? send : process;
      return isSubscribed(channel) ? new PublishedOperation(channel, name, options) : UNHEARD;
    },
  };
}

/**
 * One operation: `start` and `end` around what runs at once, `asyncStart` and `asyncEnd` when the outcome is known, `error`
 * before them where it failed.
 */
class PublishedOperation implements ISpan {
  readonly #channel: TracingChannel;
  readonly #message: DiagnosticsMessage;

  constructor(channel: TracingChannel, name: string, { attributes, remote }: SpanOptions) {
    this.#channel = channel;
    this.#message = { name, attributes: { ...attributes }, remote, inject: undefined };
  }

  run<Result>(work: () => Result): Result {
    const { start, end } = this.#channel;
    return start.runStores(this.#message, () => {
      try {
        return work();
      } finally {
        end.publish(this.#message);
      }
    });
  }

  inject(put: (header: string, value: string) => void): void {
    this.#message.inject = put;
  }

  setAttributes(attributes: TelemetryAttributes): void {
    Object.assign(this.#message.attributes, attributes);
  }

  end(failure?: SpanFailure): void {
    const { asyncStart, asyncEnd, error } = this.#channel;
    if (failure !== undefined) {
      this.#message.error = failure.error;
      error.publish(this.#message);
    }
    asyncStart.publish(this.#message);
    asyncEnd.publish(this.#message);
  }
}

const UNHEARD: ISpan = Object.freeze({
  run: <Result>(work: () => Result): Result => work(),
  inject: () => undefined,
  setAttributes: () => undefined,
  end: () => undefined,
});
