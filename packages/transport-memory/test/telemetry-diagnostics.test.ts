import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { afterEach, expect, it } from 'vitest';
import type { DiagnosticsMessage, TelemetryOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, silentLogger } from '@waybill/core';
import { DIAGNOSTICS_CHANNELS } from '@waybill/core/telemetry';
import { virtualRuntime } from '@waybill/simulation';
import { memory } from '@waybill/transport-memory';

const Work = defineCommand<{ readonly fails?: boolean }>('jobs.work');
const Worked = defineEvent<object>('jobs.worked');

const send = tracingChannel<DiagnosticsMessage>(DIAGNOSTICS_CHANNELS.send);
const process = tracingChannel<DiagnosticsMessage>(DIAGNOSTICS_CHANNELS.process);
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function subscribe(onEvent: (event: string, message: DiagnosticsMessage) => void): void {
  for (const channel of [send, process]) {
    const on = (event: string) => (message: unknown) => onEvent(event, message as DiagnosticsMessage);
    const handlers = { start: on('start'), end: on('end'), asyncStart: on('asyncStart'), asyncEnd: on('asyncEnd'), error: on('error') };
    channel.subscribe(handlers);
    ends.push(() => channel.unsubscribe(handlers));
  }
}

function busOf(telemetry: TelemetryOptions, onHandled: () => void = () => undefined) {
  const runtime = virtualRuntime({ logger: silentLogger });
  const work = handler(Work, async ({ fails }, context) => {
    onHandled();
    if (fails === true) throw new RangeError('no');
    await context.publish(Worked, {});
  });
  const bus = createBus({
    name: 'jobs',
    transport: memory(),
    runtime,
    telemetry,
    endpoints: [endpoint('jobs', { handlers: [work], recovery: { retries: 0 } })],
  });
  return { bus, runtime };
}

it('publishes sends and attempts in the shape of a tracing channel', async () => {
  const seen: string[] = [];
  subscribe((event, { name, error }) => seen.push(`${name} ${event}${error === undefined ? '' : ` ${(error as Error).message}`}`));
  const { bus, runtime } = busOf({});
  await bus.start();
  await bus.send(Work, {});
  await runtime.settle();
  const of = (name: string): readonly string[] => seen.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length + 1));
  for (const name of ['send jobs', 'send jobs.worked', 'process jobs'])
    expect([name, seen.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))]).toEqual([
      name,
      ['start', 'end', 'asyncStart', 'asyncEnd'],
    ]);
  seen.length = 0;
  await bus.send(Work, { fails: true });
  await runtime.settle();
  expect(of('process jobs')).toEqual(['start', 'end', 'error no', 'asyncStart no', 'asyncEnd no']);
  await bus.stop();
});

it('hands out attributes, stores, and the trace context in both directions; never the message', async () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const store = new AsyncLocalStorage<string>();
  const stored: (string | undefined)[] = [];
  const remotes: unknown[] = [];
  const messages: DiagnosticsMessage[] = [];
  process.start.bindStore(store as AsyncLocalStorage<never>, ({ name }): never => `inside ${name}` as never);
  ends.push(() => void process.start.unbindStore(store as AsyncLocalStorage<never>));
  subscribe((event, message) => {
    if (event !== 'start') return;
    messages.push(message);
    if (message.remote === undefined) message.inject?.('traceparent', trace);
    else remotes.push(Object.fromEntries(message.remote));
  });
  const { bus, runtime } = busOf({}, () => stored.push(store.getStore()));
  await bus.start();
  await bus.send(Work, {}, { messageId: 'm-1' });
  await runtime.settle();
  await bus.stop();
  expect(stored).toEqual(['inside process jobs']);
  expect(remotes).toEqual([{ traceparent: trace }]);
  expect(messages[0]?.attributes).toMatchObject({ 'messaging.message.id': 'm-1', 'messaging.destination.name': 'jobs' });
  expect(Object.keys(messages[0] as object).toSorted()).toEqual(['attributes', 'inject', 'name', 'remote']);
});

it('is looked at when the bus is created; `diagnostics: true` is for subscribers that come later, and go', async () => {
  const seen: string[] = [];
  const [early, late, never] = [busOf({}), busOf({ diagnostics: true }), busOf({ diagnostics: false })];
  subscribe((_event, { name }) => seen.push(name));
  for (const { bus, runtime } of [early, never]) {
    await bus.start();
    await bus.send(Work, {});
    await runtime.settle();
    await bus.stop();
  }
  expect(seen).toEqual([]);
  await late.bus.start();
  await late.bus.send(Work, {});
  await late.runtime.settle();
  expect(seen.length).toBe(12);
  for (const end of ends.splice(0)) end();
  await late.bus.send(Work, {});
  await late.runtime.settle();
  expect(seen.length).toBe(12);
  await late.bus.stop();
});
