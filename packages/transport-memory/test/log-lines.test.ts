import { expect, it } from 'vitest';
import type { LogFields } from '@waybill/core';
import { createBus, defineCommand, defineQuery, endpoint, handler, handlerClass, onError, UnrecoverableError } from '@waybill/core';
import { LOG_EVENTS } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memory, memoryBroker } from '@waybill/transport-memory';

const SECRET = 'hunter2';
const HOSTILE = '\r\n\u001b[31m{"level":"error","forged":true}\u0007';

interface Job {
  readonly secret: string;
  readonly does: string;
}
const Run = defineCommand<Job>('jobs.run');
const Ask = defineQuery<Job, Job>('jobs.ask');
const Tidy = defineCommand<Job>('jobs.tidy');

class Unwanted extends Error {
  override readonly name = 'Unwanted';
}

class TidyHandler {
  handle(): void {}
  [Symbol.dispose](): void {
    throw new Error('not disposed');
  }
}

/** Lines that are about one message; the reply lines have no attempt. */
const ABOUT_ONE: readonly string[] = [
  LOG_EVENTS.messageRetried,
  LOG_EVENTS.messageFailed,
  LOG_EVENTS.messageHopped,
  LOG_EVENTS.messageDeadLettered,
  LOG_EVENTS.messageUnordered,
  LOG_EVENTS.messageSkipped,
  LOG_EVENTS.messageDiscarded,
  LOG_EVENTS.messageReleased,
  LOG_EVENTS.faultFailed,
  LOG_EVENTS.replyRefused,
  LOG_EVENTS.settleLost,
  LOG_EVENTS.settleFailed,
  LOG_EVENTS.handlerAbandoned,
  LOG_EVENTS.scopeDisposeFailed,
  LOG_EVENTS.hookFailed,
];

function recording() {
  const lines: LogFields[] = [];
  const log = (fields: LogFields): void => void lines.push(fields);
  return { lines, runtime: virtualRuntime({ logger: { debug: log, info: log, warn: log, error: log } }) };
}

const hostileHeaders = (id: number, more: Readonly<Record<string, string>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({ 'waybill-id': `m-${id}${HOSTILE}`, 'waybill-correlation': `c-${id}${HOSTILE}`, 'waybill-name': 'jobs.run', ...more }),
  );

async function logOfNoLane(): Promise<readonly LogFields[]> {
  const { lines, runtime } = recording();
  const broker = memoryBroker();
  const run = handler(Run, () => undefined);
  const bus = createBus({ transport: memory({ broker }), runtime, endpoints: [endpoint('jobs', { handlers: [run], ordered: true })] });
  const outside = memory({ broker });
  await bus.start();
  await outside.open({ runtime, onState: () => undefined });
  const body = new TextEncoder().encode('{}');
  await outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers: hostileHeaders(1, {}), body }], {});
  await runtime.settle();
  await bus.stop();
  await outside.close();
  return lines;
}

async function logOfEverything(): Promise<readonly LogFields[]> {
  const { lines, runtime } = recording();
  const broker = memoryBroker({ like: 'sqs' });
  const never = new Promise<void>(() => undefined);
  const run = handler(
    Run,
    ({ does }, context) => {
      if (does === 'retry' && context.attempt === 1) throw new Error(HOSTILE);
      if (does === 'redeliver' && context.attempt < 3) throw new Error(HOSTILE);
      if (does === 'give-up') throw new UnrecoverableError(HOSTILE);
      if (does === 'discard') throw new Unwanted(HOSTILE);
      if (does === 'cut' && context.attempt === 1) broker.faults.cutConnections();
      return does === 'hang' ? never : undefined;
    },
    { timeout: '1s' },
  );
  const onRetry = (): never => {
    throw new Error(HOSTILE);
  };
  const recovery = { retries: 1, redeliver: ['20m'] as const, rules: [onError(Unwanted, 'discard')], onRetry };
  const bus = createBus({
    name: 'jobs',
    provisioning: 'apply',
    transport: memory({ broker }),
    runtime,
    endpoints: [endpoint('jobs', { handlers: [run, handler(Ask, (job) => job), handlerClass(Tidy, TidyHandler)], recovery })],
  });
  const body = (does: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ secret: SECRET, does }));
  const outside = memory({ broker });
  let sent = 0;
  const put = async (does: string, headers: Readonly<Record<string, string>> = {}, name = 'jobs.run'): Promise<void> => {
    sent += 1;
    const all = hostileHeaders(sent, { 'waybill-name': name, ...headers });
    await outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers: all, body: body(does) }], {});
    await runtime.advance(1_000);
  };
  await bus.start();
  await outside.open({ runtime, onState: () => undefined });
  for (const does of ['retry', 'redeliver', 'give-up', 'discard', 'cut', 'hang']) await put(does);
  await put('give-up', { 'waybill-fault-to': `no such place${HOSTILE}` });
  await put('well', {}, `jobs.unknown${HOSTILE}`);
  await put('well', { 'waybill-reply-to': `elsewhere${HOSTILE}` }, 'jobs.ask');
  await put('well', {}, 'jobs.tidy');
  broker.faults.failSettlements(1);
  await put('well');
  await runtime.advance(45 * 60_000);
  await bus.stop();
  await outside.close();
  return lines;
}

it('every line about one message says which, and none shows a payload or what a terminal would obey', async () => {
  const lines = [...(await logOfEverything()), ...(await logOfNoLane())];
  const seen = new Set(lines.map(({ event }) => event));
  expect(ABOUT_ONE.filter((event) => !seen.has(event))).toEqual([]);
  for (const line of lines.filter(({ event }) => ABOUT_ONE.includes(event))) {
    expect(line).toMatchObject({ messageId: expect.stringMatching(/^m-\d+ \{/), message: expect.stringMatching(/^jobs\.\w+/) });
    expect(line).toMatchObject({ correlationId: expect.stringMatching(/^c-\d+ \{/), attempt: expect.any(Number) });
  }
  for (const line of lines) {
    const texts = Object.values(line).flatMap((value) => (typeof value === 'string' || Array.isArray(value) ? value : []));
    // oxlint-disable-next-line no-control-regex -- they must not be there
    expect(`${line.event} ${texts.join(' ')}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(JSON.stringify(line)).not.toContain(SECRET);
  }
});
