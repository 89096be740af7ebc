import type { ITracer, SpanFailure } from '../observability/tracer.ts';
import type { BusObserver } from '../pipeline/bus-events.ts';
import { diagnosticsTracer } from '../pipeline/diagnostics-tracer.ts';
import { GuardedTracer } from '../pipeline/guarded-tracer.ts';
import { MessageSpans } from '../pipeline/message-spans.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SendOutcome, TransportEntry } from '../transport/transport-message.ts';
import { UNANSWERED } from '../transport/transport-message.ts';
import type { SendingTransport } from '../transport/watched-transport.ts';
import { watchSends } from '../transport/watched-transport.ts';
import { StatisticsRecorder, outcomeType } from './statistics-recorder.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

/** What the telemetry of a bus works with. */
export interface TelemetryParts {
  readonly runtime: Runtime;
  readonly bus: string;
  /** Name of the transport. */
  readonly system: string;
  readonly endpoints: readonly string[];
}

/** The telemetry of one bus. Each part is there only where somebody asked for it. */
export interface Telemetry {
  readonly spans: MessageSpans | undefined;
  readonly recorder: StatisticsRecorder | undefined;
  readonly observers: readonly BusObserver[];
  /** The transport itself where nobody asked. */
  readonly watch: (transport: SendingTransport) => SendingTransport;
}

/** Puts the telemetry of a bus together. */
export function telemetryOf(options: TelemetryOptions, { runtime, bus, system, endpoints }: TelemetryParts): Telemetry {
  const { logger } = runtime;
  const tracers = tracersOf(options);
  const spans = tracers.length === 0 ? undefined : new MessageSpans(new GuardedTracer(tracers, logger), system, bus);
  const isCounting = options.statistics === true || options.meter !== undefined;
  const recorder = isCounting ? new StatisticsRecorder({ runtime, logger, meter: options.meter, system, bus, endpoints }) : undefined;
  if (spans === undefined && recorder === undefined) return { spans, recorder, observers: [], watch: (transport) => transport };
  return {
    spans,
    recorder,
    observers: [spans?.observe, recorder?.observe].filter((one) => one !== undefined),
    watch: (transport) =>
      watchSends(
        transport,
        {
          sending: (entries) => recorder?.sentByThemselves(entries),
          sent: (entries, outcomes, durationMs) => {
            recorder?.sent(entries, outcomes, durationMs);
            for (let index = 0; spans !== undefined && index < entries.length; index += 1)
              spans.sent(entries[index] as TransportEntry, failureOf(outcomes[index] ?? UNANSWERED));
          },
        },
        runtime,
      ),
  };
}

function failureOf(outcome: SendOutcome): SpanFailure | undefined {
  return outcome.status === 'accepted' ? undefined : { type: outcomeType(outcome) ?? '', error: outcome.cause };
}

function tracersOf({ tracer, diagnostics }: TelemetryOptions): readonly ITracer[] {
  const published = diagnostics === false ? undefined : diagnosticsTracer();
  const isPublishing = published !== undefined && (diagnostics === true || published.isSubscribed);
  return [...(tracer === undefined ? [] : [tracer]), ...(isPublishing ? [published] : [])];
}
