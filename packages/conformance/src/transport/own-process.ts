import { spawn } from 'node:child_process';
import { createBus, defineCommand, defineEvent, endpoint, handler } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';
import { BUSY_MACHINE } from './busy-machine.ts';

/** How a process of its own ended. */
export interface OwnProcessEnd {
  readonly exitCode: number | null;
  /** How long it went on after its bus had stopped, in milliseconds; `undefined` when its bus never stopped. */
  readonly lingeredMs: number | undefined;
  /** What it wrote to standard error. */
  readonly errors: string;
}

const STOPPED = 'the bus has stopped';
const Work = defineCommand<{ readonly n: number }>('conformance.work');
const Done = defineEvent<{ readonly n: number }>('conformance.done');
const COUNT = 100;

/**
 * What a process of its own does: a bus starts, handles what it sends and publishes to itself, and stops. The process must
 * then end by itself.
 */
export async function liveOnce(create: () => IMessageTransport, endpointName: string): Promise<void> {
  let isDone = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    isDone = resolve;
  });
  const seen = new Set<number>();
  const work = handler(Work, async ({ n }, context) => context.publish(Done, { n }));
  const count = handler(Done, ({ n }) => {
    seen.add(n);
    if (seen.size === COUNT) isDone();
  });
  const bus = createBus({
    name: 'conformance',
    provisioning: 'apply',
    transport: create(),
    endpoints: [endpoint(endpointName, { handlers: [work, count], ...BUSY_MACHINE })],
  });
  await bus.start();
  for (let n = 0; n < COUNT; n += 1) await bus.send(Work, { n });
  await done;
  await bus.stop();
  process.stdout.write(`${STOPPED}\n`);
}

/** Runs a script of this workspace, which calls {@link liveOnce}, in a process of its own; kills it after `patienceMs`. */
export function runAlone(script: string, parameters: readonly string[], patienceMs: number): Promise<OwnProcessEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@waybill/source', script, ...parameters], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: patienceMs,
    });
    let stoppedAt: number | undefined;
    let errors = '';
    child.stdout.on('data', (text: unknown) => {
      if (String(text).includes(STOPPED)) stoppedAt = performance.now();
    });
    child.stderr.on('data', (text: unknown) => {
      errors += String(text);
    });
    child.on('error', reject);
    child.on('close', (exitCode) =>
      resolve({ exitCode, lingeredMs: stoppedAt === undefined ? undefined : performance.now() - stoppedAt, errors }),
    );
  });
}
