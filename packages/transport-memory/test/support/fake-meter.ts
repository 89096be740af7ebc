import type { ICounter, IMeter, InstrumentOptions } from '@waybill/core/telemetry';

/** One value that was measured. */
export interface Measured {
  readonly metric: string;
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** A meter that keeps what it is told. */
export function fakeMeter() {
  const measured: Measured[] = [];
  const made = new Map<string, InstrumentOptions & { readonly kind: string }>();
  const make =
    (kind: string) =>
    (metric: string, options: InstrumentOptions): ICounter & { record: ICounter['add'] } => {
      made.set(metric, { ...options, kind });
      const put = (value: number, attributes: Measured['attributes']): void => void measured.push({ metric, value, attributes });
      return { add: put, record: put };
    };
  const meter: IMeter = {
    createCounter: make('counter'),
    createUpDownCounter: make('up-down counter'),
    createHistogram: make('histogram'),
  };
  const of = (metric: string, attributes: Measured['attributes'] = {}): readonly number[] =>
    measured
      .filter((one) => one.metric === metric && Object.entries(attributes).every(([name, value]) => one.attributes[name] === value))
      .map(({ value }) => value);
  return { meter, made, measured, of, sum: (...asked: Parameters<typeof of>) => of(...asked).reduce((sum, value) => sum + value, 0) };
}
