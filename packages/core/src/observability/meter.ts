import type { TelemetryAttributes } from './attributes.ts';

/** What is said of an instrument when it is made. */
export interface InstrumentOptions {
  readonly description: string;
  readonly unit: string;
  /** Boundaries that suit the values; in the instrument's unit. */
  readonly advice?: { explicitBucketBoundaries?: number[] };
}

/** Counts; only up. */
export interface ICounter {
  add(value: number, attributes: TelemetryAttributes): void;
}

/** Counts up and down. */
export interface IUpDownCounter {
  add(value: number, attributes: TelemetryAttributes): void;
}

/** Takes single values. */
export interface IHistogram {
  record(value: number, attributes: TelemetryAttributes): void;
}

/** Makes instruments. The shape is that of OpenTelemetry's `Meter`, so that one fits as it is. */
export interface IMeter {
  createCounter(name: string, options: InstrumentOptions): ICounter;
  createUpDownCounter(name: string, options: InstrumentOptions): IUpDownCounter;
  createHistogram(name: string, options: InstrumentOptions): IHistogram;
}
