import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ITracer } from '@waybill/core/telemetry';
import { opentelemetry } from './opentelemetry.ts';

/** The SDK of OpenTelemetry, with spans that stay in memory. It is the process's own until `end`. */
export function spanBench() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }));
  const own = provider.getTracer('test');
  const tracer: ITracer = opentelemetry(own);
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans();
  const named = (name: string): readonly ReadableSpan[] => spans().filter((span) => span.name === name);
  const parentOf = (span: ReadableSpan): ReadableSpan | undefined =>
    spans().find(
      (one) => one.spanContext().spanId === span.parentSpanContext?.spanId && one.spanContext().traceId === span.spanContext().traceId,
    );
  return {
    tracer,
    own,
    spans,
    named,
    /** The names from the root to the span. */
    path: (span: ReadableSpan): readonly string[] => {
      const parent = parentOf(span);
      return [...(parent === undefined ? [] : pathOf(parent)), span.name];

      function pathOf(one: ReadableSpan): readonly string[] {
        const above = parentOf(one);
        return [...(above === undefined ? [] : pathOf(above)), one.name];
      }
    },
    end: (): void => {
      context.disable();
      propagation.disable();
      trace.disable();
    },
  };
}
