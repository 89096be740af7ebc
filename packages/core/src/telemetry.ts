// For authors of adapters to tracers and meters.

export type { TelemetryAttributes } from './observability/attributes.ts';
export type { ISpan, ITracer, SpanFailure, SpanOptions } from './observability/tracer.ts';
export type { ICounter, IHistogram, IMeter, InstrumentOptions, IUpDownCounter } from './observability/meter.ts';
export { DIAGNOSTICS_CHANNELS, METRICS, SPAN_OPERATIONS, TELEMETRY_ATTRIBUTES } from './observability/telemetry-names.ts';
export type { MetricEntry, MetricKey } from './observability/telemetry-names.ts';
