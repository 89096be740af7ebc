/** One channel of the host's `diagnostics_channel`. */
export interface DiagnosticsChannel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
  /** Publishes, and runs `work` with the stores that are bound to the channel. */
  runStores<Result>(message: unknown, work: () => Result): Result;
}

/** The five channels of the host's `TracingChannel`. */
export interface TracingChannel {
  readonly start: DiagnosticsChannel;
  readonly end: DiagnosticsChannel;
  readonly asyncStart: DiagnosticsChannel;
  readonly asyncEnd: DiagnosticsChannel;
  readonly error: DiagnosticsChannel;
}

interface Host {
  readonly process?: { getBuiltinModule?: (id: string) => { tracingChannel?: (name: string) => TracingChannel } | undefined };
}

/** The tracing channel of that name; nothing where the host has none. */
export function tracingChannel(name: string): TracingChannel | undefined {
  return (globalThis as Host).process?.getBuiltinModule?.('diagnostics_channel')?.tracingChannel?.(name);
}

/** True while somebody listens to one of the five. */
export function isSubscribed({ start, end, asyncStart, asyncEnd, error }: TracingChannel): boolean {
  return start.hasSubscribers || end.hasSubscribers || asyncStart.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers;
}
