// #region adapter
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { ITracer } from '@waybill/core/telemetry';

const KINDS = { producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };
const GETTER = {
  get: (map: ReadonlyMap<string, string>, key: string) => map.get(key),
  keys: (map: ReadonlyMap<string, string>) => [...map.keys()],
};

export const opentelemetry = (tracer: Tracer): ITracer => ({
  startSpan: (name, { kind, attributes, remote, parent }) => {
    const local = parent === undefined || trace.getActiveSpan() !== undefined ? context.active() : parent.run(() => context.active());
    const from = remote === undefined ? local : propagation.extract(ROOT_CONTEXT, remote, GETTER);
    const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, from);
    const own = trace.setSpan(from, span);
    return {
      run: (work) => context.with(own, work),
      inject: (put) => propagation.inject(own, undefined, { set: (_carrier, header, value) => put(header, value) }),
      setAttributes: (more) => void span.setAttributes(more),
      end: (failure) => {
        if (failure !== undefined) {
          span.setAttribute('error.type', failure.type);
          span.setStatus({ code: SpanStatusCode.ERROR });
          if (failure.error instanceof Error) span.recordException(failure.error);
        }
        span.end();
      },
    };
  },
});
// #endregion
