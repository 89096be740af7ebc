import { readFileSync } from 'node:fs';
import { propagation, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler, onError, silentLogger } from '@waybill/core';
import { virtualRuntime } from '@waybill/simulation';
import { memory } from '@waybill/transport-memory';
import { spanBench } from './support/span-bench.ts';

interface Order {
  readonly id: number;
}
const Submit = defineCommand<Order>('orders.submit');
const Submitted = defineEvent<Order>('orders.submitted');
const GetPrice = defineQuery<Order, { readonly price: number }>('prices.get-price');

let bench: ReturnType<typeof spanBench>;
beforeEach(() => {
  bench = spanBench();
});
afterEach(() => bench.end());

function start(
  options: Omit<BusOptions, 'transport' | 'handlers'> & Pick<Extract<BusOptions, { endpoints: unknown }>, 'endpoints'>,
  like?: 'rabbitmq',
) {
  const runtime = virtualRuntime({ logger: silentLogger });
  const transport = memory(like === undefined ? {} : { like });
  const bus = createBus({ name: 'shop', transport, runtime, telemetry: { tracer: bench.tracer }, provisioning: 'apply', ...options });
  return { bus, runtime };
}

describe.each([undefined, 'rabbitmq'] as const)('tracing on memory like %s', (like) => {
  it('one trace goes through sends, captured publishes, requests and replies', async () => {
    const submit = handler(Submit, async (order, context) => {
      await context.request(GetPrice, order);
      await context.publish(Submitted, order);
    });
    const { bus, runtime } = start(
      {
        endpoints: [
          endpoint('orders', { handlers: [submit] }),
          endpoint('mail', { handlers: [handler(Submitted, () => undefined)] }),
          endpoint('prices', { handlers: [handler(GetPrice, () => ({ price: 3 }))] }),
        ],
      },
      like,
    );
    await bus.start();
    await bench.own.startActiveSpan('http', async (span) => {
      await bus.send(Submit, { id: 1 });
      span.end();
    });
    await runtime.advance(1_000);
    await bus.stop();
    const ids = new Set(bench.spans().map((span) => span.spanContext().traceId));
    expect(ids.size).toBe(1);
    const [mail] = bench.named('process mail');
    expect(bench.path(mail as never)).toEqual(['http', 'send orders', 'process orders', 'send orders.submitted', 'process mail']);
    const [reply] = bench.named('send (temporary)');
    expect(bench.path(reply as never)).toEqual([
      'http',
      'send orders',
      'process orders',
      'send prices',
      'process prices',
      'send (temporary)',
    ]);
    expect(bench.spans()).toHaveLength(8);
  });

  it('spans have the names, kinds and attributes of the messaging conventions', async () => {
    const { bus, runtime } = start({ endpoints: [endpoint('orders', { handlers: [handler(Submit, () => undefined)] })] }, like);
    await bus.start();
    await bus.send(Submit, { id: 1 }, { messageId: 'm-1', correlationId: 'c-1' });
    await runtime.settle();
    await bus.stop();
    const common = {
      'messaging.system': bus.name === 'shop' ? memory(like === undefined ? {} : { like }).name : '',
      'messaging.destination.name': 'orders',
      'messaging.message.id': 'm-1',
      'messaging.message.conversation_id': 'm-1',
      'messaging.message.body.size': 8,
      'waybill.bus': 'shop',
      'waybill.message.name': 'orders.submit',
      'waybill.correlation_id': 'c-1',
    };
    const [send] = bench.named('send orders');
    expect(send).toMatchObject({ kind: SpanKind.PRODUCER, status: { code: SpanStatusCode.UNSET } });
    expect(send?.attributes).toEqual({ ...common, 'messaging.operation.name': 'send', 'messaging.operation.type': 'send' });
    const [process] = bench.named('process orders');
    expect(process?.kind).toBe(SpanKind.CONSUMER);
    expect(process?.attributes).toEqual({
      ...common,
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'waybill.attempt': 1,
      'waybill.outcome': 'handled',
    });
  });

  it('each attempt has a span, and all are children of the send; what a failed attempt sent has failed with it', async () => {
    const submit = handler(Submit, async (order, context) => {
      await context.publish(Submitted, order);
      if (context.attempt < 4) throw new RangeError(`no ${context.attempt}`);
    });
    const recovery = { retries: 1, redeliver: ['10s'] as const };
    const { bus, runtime } = start({ endpoints: [endpoint('orders', { handlers: [submit], recovery })] }, like);
    await bus.start();
    await bus.send(Submit, { id: 1 });
    await runtime.advance(60_000);
    await bus.stop();
    const attempts = bench.named('process orders');
    expect(
      attempts.map(({ attributes }) => [attributes['waybill.attempt'], attributes['waybill.outcome'], attributes['error.type']]),
    ).toEqual([
      [1, 'retry', 'RangeError'],
      [2, 'redeliver', 'RangeError'],
      [3, 'retry', 'RangeError'],
      [4, 'handled', undefined],
    ]);
    for (const one of attempts) expect(bench.path(one)).toEqual(['send orders', 'process orders']);
    expect(attempts[0]?.status.code).toBe(SpanStatusCode.ERROR);
    expect(attempts[0]?.events.map(({ name }) => name)).toEqual(['exception']);
    expect(bench.named('send orders.submitted').map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
  });
});

it('a span that a handler opens is the parent of what it sends', async () => {
  const submit = handler(Submit, (order, context) =>
    bench.own.startActiveSpan('database', async (span) => {
      await context.publish(Submitted, order);
      span.end();
    }),
  );
  const { bus, runtime } = start({ endpoints: [endpoint('orders', { handlers: [submit] })] });
  await bus.start();
  await bus.send(Submit, { id: 1 });
  await runtime.settle();
  await bus.stop();
  const [publish] = bench.named('send orders.submitted');
  expect(bench.path(publish as never)).toEqual(['send orders', 'process orders', 'database', 'send orders.submitted']);
});

it('a refused send ends its span with the code', async () => {
  const { bus } = start({ endpoints: [] });
  await bus.start();
  await expect(bus.send(Submit, { id: 1 })).rejects.toMatchObject({ code: 'UNROUTABLE' });
  await expect(bus.send(Submit, { id: 1n } as never)).rejects.toMatchObject({ code: expect.any(String) });
  await bus.stop();
  const [first] = bench.named('send orders');
  expect(first?.attributes['error.type']).toBe('UNROUTABLE');
  expect(first?.status.code).toBe(SpanStatusCode.ERROR);
  expect(bench.named('send orders')).toHaveLength(2);
});

it('baggage reaches the handler and what it sends', async () => {
  const seen: (string | undefined)[] = [];
  const note = (): void => void seen.push(propagation.getActiveBaggage()?.getEntry('tenant')?.value);
  const submit = handler(Submit, async (order, context) => {
    note();
    await context.publish(Submitted, order);
  });
  const { bus, runtime } = start({
    endpoints: [endpoint('orders', { handlers: [submit] }), endpoint('mail', { handlers: [handler(Submitted, note)] })],
  });
  await bus.start();
  await bus.send(Submit, { id: 1 }, { headers: { baggage: 'tenant=ignored' } });
  const { context } = await import('@opentelemetry/api');
  await context.with(propagation.setBaggage(context.active(), propagation.createBaggage({ tenant: { value: 'acme' } })), () =>
    bus.send(Submit, { id: 2 }),
  );
  await runtime.settle();
  await bus.stop();
  expect(seen.slice(-2)).toEqual(['acme', 'acme']);
  expect(seen).toHaveLength(4);
});

it('a tracer that throws changes nothing, and is logged', async () => {
  const logged: unknown[] = [];
  const runtime = virtualRuntime({ logger: { ...silentLogger, error: (fields) => void logged.push(fields.hook) } });
  const broken = (): never => {
    throw new Error('no tracer today');
  };
  const handled: number[] = [];
  const submit = handler(Submit, ({ id }) => void handled.push(id));
  const run: BusOptions = {
    transport: memory(),
    runtime,
    endpoints: [endpoint('orders', { handlers: [submit], recovery: { retries: 0, rules: [onError(Error, 'discard')] } })],
  };
  const spans = { run: broken, inject: broken, setAttributes: broken, end: broken };
  for (const tracer of [{ startSpan: broken }, { startSpan: () => spans }]) {
    const bus = createBus({ ...run, transport: memory(), telemetry: { tracer } });
    await bus.start();
    await bus.send(Submit, { id: 7 });
    await runtime.settle();
    await bus.stop();
  }
  expect(handled).toEqual([7, 7]);
  expect(new Set(logged)).toEqual(new Set(['tracer']));
  expect(logged.length).toBeGreaterThan(6);
});

it('without a tracer the trace context of the message being handled is carried onward, and a made one is not', async () => {
  const seen: (string | undefined)[][] = [];
  const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1', baggage: 'tenant=acme' };
  const runtime = virtualRuntime({ logger: silentLogger });
  const bus = createBus({
    name: 'shop',
    transport: memory(),
    runtime,
    observers: [
      ({ kind, message: { allHeaders } }) =>
        void (kind === 'attempt-started' && seen.push(['traceparent', 'tracestate', 'baggage'].map((name) => allHeaders.get(name)))),
    ],
    endpoints: [
      endpoint('orders', { handlers: [handler(Submit, (order, context) => context.publish(Submitted, order))] }),
      endpoint('mail', { handlers: [handler(Submitted, () => undefined)] }),
    ],
  });
  await bus.start();
  await bus.send(Submit, { id: 1 }, { headers: trace });
  await bus.send(Submit, { id: 2 }, { headers: { traceparent: 'made up' } });
  await runtime.settle();
  await bus.stop();
  const all = Object.values(trace);
  expect(seen).toEqual([all, ['made up', undefined, undefined], all, [undefined, undefined, undefined]]);
});

it('the adapter that these tests use is the one of the documentation', () => {
  const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
  const adapter = /#region adapter\n([^]*)\/\/ #endregion/.exec(read('support/opentelemetry.ts'))?.[1] as string;
  expect(read('../../../docs/concepts/observability.md')).toContain(`\`\`\`ts\n${adapter}\`\`\``);
});
