import type { IMessageTransport, TransportState } from '@waybill/core/transport';
import { guardTransport, systemRuntime } from '@waybill/core/transport';
import { createBus, defineCommand, endpoint, handler } from '@waybill/core';
import { endpointOf, textOf } from './bench.ts';
import { BUSY_MACHINE } from './busy-machine.ts';

/** What a process of its own does for a case. */
export type ProcessPart =
  /** A transport takes what waits at the endpoint. What it `holds` it settles when it is told to. */
  | { readonly play: 'take'; readonly endpoint: string; readonly prefetch: number; readonly holds: boolean }
  /** A bus handles what waits at the endpoint, and does not come back from the message with the number `poison`. */
  | { readonly play: 'handle'; readonly endpoint: string; readonly prefetch: number; readonly poison: number };

/** What such a process says. */
export type ProcessLine =
  | { readonly said: 'ready' | 'stopped' }
  | { readonly said: 'state'; readonly status: TransportState['status'] }
  | { readonly said: 'logged'; readonly level: 'warn' | 'error'; readonly event: string }
  | { readonly said: 'took'; readonly text: string; readonly attempt: number | undefined }
  | { readonly said: 'settled'; readonly text: string; readonly result: string }
  | { readonly said: 'begun' | 'handled'; readonly n: number };

/** What it is told: to hold its event loop for so long, to settle what it has in its hands and what comes, or to stop. */
export type ProcessOrder = { readonly order: 'compute'; readonly ms: number } | { readonly order: 'settle' | 'stop' };

/** How the process speaks with the one that started it, in values that JSON can hold. */
export interface CaseParent {
  readonly tell: (line: ProcessLine) => Promise<void>;
  /** Keeps the process alive; the returned function ends that. */
  readonly listen: (onLine: (line: unknown) => void) => () => void;
}

const Work = defineCommand<{ readonly n: number }>('conformance.work');

/** Plays a part on a transport of yours; `part` is the text that `TransportHarness.process` was given. */
export async function playPart(create: () => IMessageTransport, part: string, parent: CaseParent): Promise<void> {
  const played = JSON.parse(part) as ProcessPart;
  if (played.play === 'take') await take(create, played, parent);
  else await handle(create, played, parent);
}

type Part<Play extends ProcessPart['play']> = Extract<ProcessPart, { readonly play: Play }>;

async function take(create: () => IMessageTransport, part: Part<'take'>, { tell, listen }: CaseParent): Promise<void> {
  const { holds, prefetch } = part;
  const log = (level: 'warn' | 'error') => (fields: { readonly event: string }) =>
    void tell({ said: 'logged', level, event: fields.event });
  const logger = { debug: () => undefined, info: () => undefined, warn: log('warn'), error: log('error') };
  const runtime = systemRuntime({ logger });
  const transport = guardTransport(create(), { publishTimeoutMs: 10_000 });
  await transport.open({ runtime, onState: ({ status }) => void tell({ said: 'state', status }) });
  const held = new Set<() => Promise<void>>();
  let isHolding = holds;
  const receiver = transport.receive(endpointOf(part.endpoint, {}), { prefetch }, (delivery) => {
    const text = textOf(delivery);
    const settle = async (): Promise<void> => {
      await runtime.yield();
      await tell({ said: 'settled', text, result: await delivery.ack() });
    };
    void tell({ said: 'took', text, attempt: delivery.attempt });
    if (isHolding) held.add(settle);
    else void settle();
  });
  await receiver.start();
  const hush = listen((line) => {
    const order = line as ProcessOrder;
    if (order.order === 'compute') return holdTheLoop(order.ms);
    if (order.order === 'stop') {
      hush();
      return void transport.close().then(() => tell({ said: 'stopped' }));
    }
    isHolding = false;
    for (const settle of held) void settle();
    held.clear();
  });
  await tell({ said: 'ready' });
}

/** As a handler does that computes. */
function holdTheLoop(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

async function handle(create: () => IMessageTransport, part: Part<'handle'>, { tell }: CaseParent): Promise<void> {
  const work = handler(Work, async ({ n }) => {
    await tell({ said: 'begun', n });
    if (n === part.poison) await new Promise(() => undefined);
    await tell({ said: 'handled', n });
  });
  const one = endpoint(part.endpoint, { handlers: [work], concurrency: 1, prefetch: part.prefetch, ...BUSY_MACHINE });
  const bus = createBus({ name: 'conformance', provisioning: 'apply', transport: create(), endpoints: [one] });
  await bus.start();
  await tell({ said: 'ready' });
}
