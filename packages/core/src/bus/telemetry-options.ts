import type { IMeter } from '../observability/meter.ts';
import type { ITracer } from '../observability/tracer.ts';

/** Who is told of what a bus does. What is not asked for costs nothing: no step is linked for it. */
export interface TelemetryOptions {
  /** Makes a span of each message that leaves and of each attempt at one that came, and writes W3C trace context. @default none; an incoming trace context is carried onward */
  readonly tracer?: ITracer;
  /** Measures; OpenTelemetry's `Meter` fits as it is. With it `bus.statistics()` works too. @default none */
  readonly meter?: IMeter;
  /** Counts for `bus.statistics()`; with a `meter` it always does. @default false */
  readonly statistics?: boolean;
  /**
   * Publishes on the channels `waybill.send` and `waybill.process` of `node:diagnostics_channel` while somebody subscribes.
   * @default true where somebody subscribes when the bus is created; `true` is for subscribers that come later
   */
  readonly diagnostics?: boolean;
}
