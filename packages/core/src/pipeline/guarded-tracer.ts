import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import type { TelemetryAttributes } from '../observability/attributes.ts';
import type { ISpan, ITracer, SpanFailure, SpanOptions } from '../observability/tracer.ts';

/** Several tracers as one: each span is begun, run and ended in all. What one of them throws is logged, and changes nothing. */
export class GuardedTracer {
  readonly #tracers: readonly ITracer[];
  readonly #logger: Logger;

  constructor(tracers: readonly ITracer[], logger: Logger) {
    this.#tracers = tracers;
    this.#logger = logger;
  }

  /** @param parent a span of this tracer */
  startSpan(name: string, options: Omit<SpanOptions, 'parent'>, parent: GuardedSpan | undefined): GuardedSpan {
    const spans = this.#tracers.map((tracer, index) =>
      shielded(this.#logger, () => {
        const own = parent?.spans[index];
        return tracer.startSpan(name, own === undefined ? options : { ...options, parent: own });
      }),
    );
    return new GuardedSpan(spans, this.#logger);
  }
}

/** A span that never throws of itself, and ends once. */
export class GuardedSpan {
  readonly spans: readonly (ISpan | undefined)[];
  readonly #logger: Logger;
  #ended = false;

  constructor(spans: readonly (ISpan | undefined)[], logger: Logger) {
    this.spans = spans;
    this.#logger = logger;
  }

  /** What `work` throws comes out; what the spans throw does not, and `work` runs once all the same. */
  run<Result>(work: () => Result): Result {
    return this.spans.reduceRight<() => Result>((inner, span) => (span === undefined ? inner : () => this.#runIn(span, inner)), work)();
  }

  inject(put: (header: string, value: string) => void): void {
    this.#each((span) => span.inject(put));
  }

  setAttributes(attributes: TelemetryAttributes): void {
    this.#each((span) => span.setAttributes(attributes));
  }

  end(failure?: SpanFailure): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#each((span) => span.end(failure));
  }

  #each(tell: (span: ISpan) => void): void {
    for (const span of this.spans) if (span !== undefined) shielded(this.#logger, () => tell(span));
  }

  #runIn<Result>(span: ISpan, work: () => Result): Result {
    let done: { readonly result: Result } | { readonly error: unknown } | undefined;
    shielded(this.#logger, () =>
      span.run(() => {
        done ??= outcomeOf(work);
      }),
    );
    const outcome = done ?? outcomeOf(work);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }
}

type Outcome<Result> = { readonly result: Result } | { readonly error: unknown };

function outcomeOf<Result>(work: () => Result): Outcome<Result> {
  try {
    return { result: work() };
  } catch (error) {
    return { error };
  }
}

function shielded<Result>(logger: Logger, tell: () => Result): Result | undefined {
  try {
    return tell();
  } catch (error) {
    logger.error({ event: LOG_EVENTS.hookFailed, hook: 'tracer', error }, 'the tracer has thrown');
    return undefined;
  }
}
