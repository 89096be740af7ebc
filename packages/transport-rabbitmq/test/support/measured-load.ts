import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBus, defineCommand, endpoint, handler, isBusError, silentLogger } from '@waybill/core';
import type { PublishOverflow } from '@waybill/core';
import { parentProcess } from '@waybill/fault-kit';
import { rabbitmq } from '../../src/index.ts';
import type { QueueType } from '../../src/index.ts';

/** What a process of its own does while its memory is measured; `MeasuredProcess` starts it. */
export interface MeasuredLoad {
  readonly url: string;
  /** Of its endpoint. */
  readonly name: string;
  readonly queue: QueueType;
  /** How many send at once, each one message after another. */
  readonly callers: number;
  /** How many messages a second are sent that nobody awaits. */
  readonly unawaitedPerSecond: number;
  readonly overflow: PublishOverflow;
  readonly bodyBytes: number;
  readonly publishTimeoutMs: number;
  readonly handlerMs: number;
  readonly concurrency: number;
}

/** What the process has used and done at one moment. */
export interface MemorySample {
  /** Milliseconds since it has begun. */
  readonly at: number;
  /** Heap and buffers, after garbage was collected. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  /** Sends that have not ended. */
  readonly open: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  readonly handled: number;
  readonly connection: string;
}

export const Work = defineCommand<{ readonly text: string }>('measured.work');

const TICK_MS = 20;
const SAMPLE_MS = 250;
const SWEEP_MS = 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function run(load: MeasuredLoad, tell: (sample: MemorySample) => unknown): Promise<void> {
  const counts = { open: 0, accepted: 0, rejected: 0, unknown: 0, handled: 0 };
  const work = handler(Work, async () => {
    if (load.handlerMs > 0) await new Promise((resolve) => setTimeout(resolve, load.handlerMs));
    counts.handled += 1;
  });
  const bus = createBus({
    name: 'measured',
    transport: rabbitmq({ url: load.url, queue: load.queue, heartbeat: '2s' }),
    endpoints: [endpoint(load.name, { handlers: [work], concurrency: load.concurrency })],
    provisioning: 'apply',
    publishTimeout: load.publishTimeoutMs,
    publishOverflow: load.overflow,
    logger: silentLogger,
  });
  const send = async (): Promise<void> => {
    counts.open += 1;
    try {
      await bus.send(Work, { text: 'x'.repeat(load.bodyBytes) }, { to: load.name });
      counts.accepted += 1;
    } catch (error) {
      if (!isBusError(error)) throw error;
      counts[error.code === 'SEND_OUTCOME_UNKNOWN' ? 'unknown' : 'rejected'] += 1;
    }
    counts.open -= 1;
  };
  const sendAll = async (): Promise<never> => {
    for (;;) await send();
  };
  await bus.start();
  for (let caller = 0; caller < load.callers; caller += 1) void sendAll();
  const perTick = (load.unawaitedPerSecond * TICK_MS) / 1_000;
  if (perTick > 0) setInterval(() => Array.from({ length: perTick }, () => void send()), TICK_MS);
  const measure = async (): Promise<void> => {
    collectGarbage();
    await pause(SWEEP_MS); // what buffers held is given back beside the loop
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    const connection = bus.health().checks[1]?.status ?? '';
    tell({ at: performance.now(), heldBytes: heapUsed + external, rssBytes: rss, connection, ...counts });
  };
  setInterval(() => void measure(), SAMPLE_MS);
}

await run(JSON.parse(process.argv[2] ?? '{}') as MeasuredLoad, parentProcess().tell);
