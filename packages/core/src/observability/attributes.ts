/** Attributes of spans and measurements. Names are those of `telemetry-names.ts`; bodies and header values are never among them. */
export type TelemetryAttributes = Readonly<Record<string, string | number | boolean>>;
