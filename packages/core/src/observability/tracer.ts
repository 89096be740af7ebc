import type { TelemetryAttributes } from './attributes.ts';

/** What a span is begun with. */
export interface SpanOptions {
  /** `producer`: a message leaves · `consumer`: an attempt at a message that came. */
  readonly kind: 'producer' | 'consumer';
  readonly attributes: TelemetryAttributes;
  /** The W3C headers of the message that came: its sender's span is the parent, whatever is active. They are untrusted. */
  readonly remote?: ReadonlyMap<string, string>;
  /** The parent where no span is active. */
  readonly parent?: ISpan;
}

/** Why a span has failed. */
export interface SpanFailure {
  /** The error's code, or its class: few values, for `error.type`. */
  readonly type: string;
  readonly error: unknown;
}

/** One span. What its methods throw is logged as `hook.failed`, and changes nothing. */
export interface ISpan {
  /** Runs `work` with the span as the active one; gives and throws what `work` does. Core does it once; an adapter may again, to see its own context. */
  run<Result>(work: () => Result): Result;
  /** Hands out its trace context: `traceparent`, `tracestate`, `baggage`. Headers of other names are not sent. */
  inject(put: (header: string, value: string) => void): void;
  setAttributes(attributes: TelemetryAttributes): void;
  /** Ends it, once; with `failure` it has failed. */
  end(failure?: SpanFailure): void;
}

/** Makes spans. Without `remote` the parent is the active span, else `parent`, else none. */
export interface ITracer {
  startSpan(name: string, options: SpanOptions): ISpan;
}
