import type { TelemetryAttributes } from '../observability/attributes.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Logger } from '../observability/logger.ts';
import type { IMeter, InstrumentOptions } from '../observability/meter.ts';
import type { MetricEntry, MetricKey } from '../observability/telemetry-names.ts';
import { METRICS } from '../observability/telemetry-names.ts';

/** Puts one value to a metric. Durations are given in milliseconds, and measured in seconds. */
export type Instruments = Readonly<Record<MetricKey, (value: number, attributes: TelemetryAttributes) => void>>;

/** The boundaries that OpenTelemetry asks for on durations of messaging operations; in seconds. */
const BOUNDARIES: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The instruments of all metrics. What the meter throws is logged as `hook.failed`, and changes nothing. */
export function makeInstruments(meter: IMeter, common: TelemetryAttributes, logger: Logger): Instruments {
  const guarded = Object.entries(METRICS).map(([key, entry]) => [key, guard(instrument(meter, entry))]);
  return Object.freeze(Object.fromEntries(guarded) as Instruments);

  function guard(put: Instruments[keyof Instruments]): Instruments[keyof Instruments] {
    return (value, attributes) => {
      try {
        put(value, { ...common, ...attributes });
      } catch (error) {
        logger.error({ event: LOG_EVENTS.hookFailed, hook: 'meter', error }, 'the meter has thrown');
      }
    };
  }
}

function instrument(meter: IMeter, { name, kind, unit, description }: MetricEntry): Instruments[keyof Instruments] {
  const options: InstrumentOptions = { description, unit };
  if (kind === 'histogram') {
    const histogram = meter.createHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...BOUNDARIES] } });
    return (valueMs, attributes) => histogram.record(valueMs / 1_000, attributes);
  }
  const counter = kind === 'counter' ? meter.createCounter(name, options) : meter.createUpDownCounter(name, options);
  return (value, attributes) => counter.add(value, attributes);
}
