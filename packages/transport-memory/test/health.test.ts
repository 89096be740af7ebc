import { expect, it } from 'vitest';
import type { Bus, LogFields, Logger } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import type { IMessageTransport, OpenOptions, ReceiveOptions } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker } from '@waybill/transport-memory';

const Work = defineCommand<{ readonly fails: boolean; readonly holdsMs?: number }>('jobs.work');

/** A transport that lets the test say how its connection is, and whether its endpoint can be received from. */
function talkingTransport(transport: IMessageTransport) {
  let say: OpenOptions['onState'] | undefined;
  let sayFault: ReceiveOptions['onFault'];
  const open = (options: OpenOptions): Promise<void> => {
    say = options.onState;
    return transport.open(options);
  };
  const receive: IMessageTransport['receive'] = (endpointTopology, options, onDelivery) => {
    sayFault = options.onFault;
    return transport.receive(endpointTopology, options, onDelivery);
  };
  const proxy = new Proxy(transport, {
    get: (target, member) => {
      if (member === 'open') return open;
      if (member === 'receive') return receive;
      const value: unknown = Reflect.get(target, member, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
  return {
    transport: proxy,
    say: (...state: Parameters<OpenOptions['onState']>): void => say?.(...state),
    sayFault: (reason: string | undefined): void => sayFault?.(reason),
  };
}

function start(logger: Logger = silentLogger) {
  const runtime = virtualRuntime({ logger });
  const broker = memoryBroker();
  const { transport, say, sayFault } = talkingTransport(memory({ broker }));
  const work = handler(Work, ({ fails }) => {
    if (fails) throw new Error('no');
  });
  const recovery = { retries: 0 };
  const bus = createBus({ name: 'jobs', transport, runtime, endpoints: [endpoint('jobs', { handlers: [work], recovery })] });
  return { bus, runtime, broker, say, sayFault };
}

const told = (bus: Bus): readonly (string | undefined)[] => [
  bus.health().status,
  ...bus
    .health()
    .checks.filter(({ status }) => status !== 'healthy')
    .map(({ component, reason }) => `${component}: ${reason}`),
];
const probes = (bus: Bus): readonly boolean[] => [bus.isLive(), bus.isReady()];

it('follows the life of the bus', async () => {
  const { bus, runtime, broker } = start();
  expect(told(bus)).toEqual([
    'unhealthy',
    'bus: the bus is idle',
    'connection: the connection is closed',
    'endpoint:jobs: it is not started',
  ]);
  expect(probes(bus)).toEqual([true, false]);
  broker.faults.failOpens(1);
  await expect(bus.start()).rejects.toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
  expect(told(bus)).toContain('bus: the bus is stopped');
  expect(probes(bus)).toEqual([false, false]);
  await runtime.advance(1_000);
  await bus.start();
  expect(told(bus)).toEqual(['healthy']);
  expect(probes(bus)).toEqual([true, true]);
  expect(bus.health().checks.map(({ since }) => since.getTime())).toEqual([runtime.now(), runtime.now(), runtime.now()]);
  await bus.stop();
  expect(told(bus)).toEqual([
    'unhealthy',
    'bus: the bus is stopped',
    'connection: the connection is closed',
    'endpoint:jobs: it is not started',
  ]);
  expect(probes(bus)).toEqual([false, false]);
});

it('follows the connection, with the reason that the transport gives; a lost one is not ready, and alive', async () => {
  const { bus, runtime, say } = start();
  await bus.start();
  await runtime.advance(1_000);
  const lostAt = runtime.now();
  say({ status: 'reconnecting', reason: 'ECONNRESET' });
  await runtime.advance(1_000);
  say({ status: 'reconnecting', reason: 'ECONNREFUSED' });
  expect(told(bus)).toEqual(['degraded', 'connection: the connection is lost and being made again: ECONNREFUSED']);
  expect(bus.health().checks[1]?.since).toEqual(new Date(lostAt));
  await runtime.advance(29_000);
  expect(told(bus)).toEqual(['unhealthy', 'connection: the connection is lost and being made again: ECONNREFUSED']);
  expect(probes(bus)).toEqual([true, false]);
  say({ status: 'blocked', reason: 'memory alarm' });
  expect(told(bus)).toEqual(['degraded', 'connection: the broker takes no messages: memory alarm']);
  expect(probes(bus)).toEqual([true, true]);
  say({ status: 'connected' });
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});

it('tells at once of a connection that somebody has to mend, and warns of it', async () => {
  const warnings: unknown[] = [];
  const { bus, say } = start({ ...silentLogger, warn: ({ event, problem }: LogFields) => void warnings.push([event, problem]) });
  await bus.start();
  say({ status: 'reconnecting', reason: 'ECONNRESET' });
  expect(warnings).toEqual([]);
  say({ status: 'reconnecting', reason: 'wrong password', problem: 'auth_failed' });
  expect(told(bus)).toEqual(['unhealthy', 'connection: the connection is refused, auth_failed: wrong password']);
  expect(warnings).toEqual([['transport.state', 'auth_failed']]);
  await bus.stop();
});

it('tells of an endpoint that cannot be received from, since the first time, until it can be', async () => {
  const { bus, runtime, sayFault } = start();
  await bus.start();
  await runtime.advance(1_000);
  const since = new Date(runtime.now());
  sayFault('its queue is gone');
  await runtime.advance(1_000);
  sayFault('it may not be read');
  expect(told(bus)).toEqual(['unhealthy', 'endpoint:jobs: it cannot be received from: it may not be read']);
  expect(bus.health().checks[2]?.since).toEqual(since);
  sayFault(undefined);
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});

it('tells of an endpoint that is paused, until it is resumed', async () => {
  const { bus, runtime } = start();
  await bus.start();
  const pausedAt = runtime.now();
  await bus.endpoint('jobs').pause();
  await runtime.advance(5_000);
  await bus.endpoint('jobs').pause();
  expect(told(bus)).toEqual(['degraded', 'endpoint:jobs: it is paused']);
  expect(bus.health().checks[2]?.since).toEqual(new Date(pausedAt));
  await bus.endpoint('jobs').resume();
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});

it('tells of an endpoint where everything fails, until something goes well', async () => {
  const { bus, runtime } = start();
  await bus.start();
  await bus.send(Work, { fails: true });
  await runtime.advance(1_000);
  await bus.send(Work, { fails: false });
  await runtime.advance(1_000);
  for (let sent = 0; sent < 9; sent += 1) await bus.send(Work, { fails: true });
  await runtime.advance(1_000);
  expect(told(bus)).toEqual(['healthy']);
  await bus.send(Work, { fails: true });
  await runtime.advance(1_000);
  expect(told(bus)).toEqual(['unhealthy', 'endpoint:jobs: the last 10 messages failed, and none went well between']);
  expect(probes(bus)).toEqual([true, true]);
  await bus.send(Work, { fails: false });
  await runtime.advance(1_000);
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});

it('tells of a delivery that could not be settled, for a minute', async () => {
  const { bus, runtime, broker } = start();
  await bus.start();
  broker.faults.failSettlements(1);
  await bus.send(Work, { fails: false });
  await runtime.advance(30_000);
  expect(told(bus)).toEqual(['degraded', 'endpoint:jobs: a delivery could not be settled lately']);
  await runtime.advance(30_000);
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});

it('tells of a handler that held the event loop, for a minute', async () => {
  let clock = 0;
  const runtime = virtualRuntime({ logger: silentLogger });
  const monotonic = runtime.monotonic.bind(runtime);
  Object.assign(runtime, { monotonic: () => monotonic() + clock });
  const work = handler(Work, ({ holdsMs = 0 }) => void (clock += holdsMs));
  const bus = createBus({ name: 'jobs', transport: memory(), runtime, endpoints: [endpoint('jobs', { handlers: [work] })] });
  await bus.start();
  await bus.send(Work, { fails: false, holdsMs: 501 });
  await runtime.settle();
  expect(told(bus)).toEqual(['degraded', 'endpoint:jobs: a handler held the event loop lately']);
  await runtime.advance(60_000);
  expect(told(bus)).toEqual(['healthy']);
  await bus.stop();
});
