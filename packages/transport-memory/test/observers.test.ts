import { expect, it } from 'vitest';
import type { BusEvent, LogFields } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, silentLogger } from '@waybill/core';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker } from '@waybill/transport-memory';

const Charge = defineCommand<{ readonly fails: number }>('billing.charge');
const Unheard = defineCommand<{ readonly id: number }>('billing.unheard');
const Charged = defineEvent<{ readonly id: number }>('billing.charged');

/** An event in one line. */
function line(event: BusEvent): string {
  const { endpoint: place, attempt } = event.message;
  const facts = event.kind === 'attempt-failed' ? `${(event.error as Error).message} → ${event.next} after ${event.delayMs}` : '';
  const settled = event.kind === 'message-settled' ? [event.as, event.reason].filter(Boolean).join(' ') : '';
  return [event.kind, place, attempt, facts, settled].filter((part) => part !== '').join(' ');
}

function start(onEvent: (event: BusEvent) => void, logged: LogFields[] = []) {
  const runtime = virtualRuntime({ logger: { ...silentLogger, error: (fields) => void logged.push(fields) } });
  const charge = handler(Charge, async ({ fails }, context) => {
    await context.publish(Charged, { id: context.attempt });
    if (context.attempt <= fails) throw new Error(`declined ${context.attempt}`);
  });
  const broker = memoryBroker();
  const stranger = createBus({ name: 'stranger', transport: memory({ broker }), runtime });
  const bus = createBus({
    name: 'billing',
    transport: memory({ broker }),
    runtime,
    observers: [onEvent],
    endpoints: [endpoint('billing', { handlers: [charge], recovery: { retries: 1, redeliver: ['10s'] } })],
  });
  return { bus, stranger, runtime };
}

it('observers see every attempt begin and end, and every settlement, in order', async () => {
  const lines: string[] = [];
  const { bus, stranger, runtime } = start((event) => lines.push(line(event)));
  await bus.start();
  await bus.send(Charge, { fails: 2 });
  await runtime.advance(10_000);
  expect(lines).toEqual([
    'attempt-started billing 1',
    'attempt-failed billing 1 declined 1 → retry after 0',
    'attempt-started billing 2',
    'attempt-failed billing 2 declined 2 → redeliver after 10000',
    'message-settled billing 2 redelivered',
    'attempt-started billing 3',
    'attempt-succeeded billing 3',
    'message-settled billing 3 handled',
  ]);
  lines.length = 0;
  await bus.send(Charge, { fails: 9 });
  await stranger.start();
  await stranger.send(Unheard, { id: 1 });
  await runtime.advance(60_000);
  expect(lines.slice(-1)).toEqual(['message-settled billing 4 dead-lettered failed']);
  expect(lines).toContain('message-settled billing 1 skipped');
  await stranger.stop();
  await bus.stop();
});

it('observers see the message, its contract and all headers', async () => {
  const seen: BusEvent[] = [];
  const { bus, runtime } = start((event) => seen.push(event));
  await bus.start();
  await bus.send(Charge, { fails: 0 }, { messageId: 'c-1', headers: { colour: 'red' } });
  await runtime.settle();
  const { message } = seen.at(-1) as BusEvent;
  expect(message).toMatchObject({ messageId: 'c-1', contract: Charge, message: { fails: 0 }, attempt: 1 });
  expect(message.headers).toEqual(new Map([['colour', 'red']]));
  expect(message.allHeaders.get('waybill-name')).toBe('billing.charge');
  await bus.stop();
});

it('an observer that throws changes nothing, and is logged', async () => {
  const logged: LogFields[] = [];
  const kinds: string[] = [];
  const { bus, runtime } = start(({ kind }) => {
    kinds.push(kind);
    throw new Error('no camera');
  }, logged);
  await bus.start();
  await bus.send(Charge, { fails: 0 });
  await runtime.settle();
  expect(kinds).toEqual(['attempt-started', 'attempt-succeeded', 'message-settled']);
  expect(logged.map(({ event, hook }) => [event, hook])).toEqual(kinds.map(() => ['hook.failed', 'observer']));
  await bus.stop();
});

it('an attempt ends for observers also where its delivery is lost or cannot be settled', async () => {
  const broker = memoryBroker();
  const lines: string[] = [];
  const runtime = virtualRuntime();
  const charge = handler(Charge, ({ fails }, context) => void (context.attempt === fails && broker.faults.cutConnections()));
  const bus = createBus({
    transport: memory({ broker }),
    runtime,
    observers: [(event) => lines.push(line(event))],
    endpoints: [endpoint('billing', { handlers: [charge] })],
  });
  await bus.start();
  await bus.send(Charge, { fails: 1 });
  await runtime.settle();
  const again = ['attempt-started billing 2', 'attempt-succeeded billing 2', 'message-settled billing 2 handled'];
  expect(lines).toEqual(['attempt-started billing 1', 'attempt-succeeded billing 1', ...again]);
  lines.length = 0;
  broker.faults.failSettlements(1);
  await bus.send(Charge, { fails: 0 });
  await runtime.advance(60_000);
  expect(lines.slice(0, 2)).toEqual([
    'attempt-started billing 1',
    expect.stringMatching(/^attempt-failed billing 1 .* → release after 0$/),
  ]);
  expect(lines.at(-1)).toMatch(/^message-settled billing \d handled$/);
  await bus.stop();
});
