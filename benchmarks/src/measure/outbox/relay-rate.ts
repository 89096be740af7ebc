import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { Pace, Variant } from '../../row.ts';
import type { QueueType } from '../rabbitmq/queue-client.ts';
import type { Side, Urls } from './side.ts';
import { loadSide, type SideName } from './side.ts';

/** Orders that are measured, for each millisecond of a sample. */
const COUNT_PER_MS = 50;
/** The same into a queue: there it takes a second until the processes, which are fresh, are as fast as they become. */
const QUEUED_PER_MS = 150;
const LOOK_EVERY_MS = 2;

/** What is worked off. */
export interface Workload {
  /** At the same time, each with the same settings. @default 1 */
  readonly processes?: number;
  readonly makeOrder: (number: number) => object;
  /** Where they go to, if that is a queue. */
  readonly queue?: QueueType;
}

/** So many orders are worked off before anything is measured, and so many after that. */
export function ordersOf({ sampleMs }: Pace, into: 'memory' | 'queue'): { readonly warm: number; readonly counted: number } {
  const counted = sampleMs * (into === 'queue' ? QUEUED_PER_MS : COUNT_PER_MS);
  return { warm: counted / 2, counted };
}

/**
 * Orders a second that processes of their own work off together. All orders were stored, and the tables vacuumed, before the first process
 * began; the first third is not counted, and the end is when nothing is left in the table, which is asked only once all are handled.
 */
export function relayRate(name: SideName, workload: Workload): Variant {
  return async (pace, ...given) => {
    const urls = given as unknown as Urls;
    const side = await loadSide(name);
    const client = new Client(urls[0]);
    await client.connect();
    const clear = async (): Promise<void> => {
      await client.query(`drop schema if exists ${side.schema} cascade`);
      await side.clear?.(urls);
    };
    await clear();
    try {
      return await measure(side, { name, workload, pace, urls, client });
    } finally {
      await clear();
      await client.end();
    }
  };
}

interface Measured {
  readonly name: SideName;
  readonly workload: Workload;
  readonly pace: Pace;
  readonly urls: Urls;
  readonly client: Client;
}

async function measure(side: Side, { name, workload, pace, urls, client }: Measured): Promise<number> {
  const { makeOrder, processes = 1, queue } = workload;
  const { warm, counted } = ordersOf(pace, queue === undefined ? 'memory' : 'queue');
  await side.fill(ordersUpTo(warm + counted, makeOrder), urls, queue);
  await client.query('vacuum (analyze)');
  await client.query('set enable_seqscan = off'); // what is empty is asked by an index: not by a look through all that was there
  const endEmptying = await side.keepEmpty?.(urls);
  const program = fileURLToPath(new URL('work-process.ts', import.meta.url));
  const workers = Array.from({ length: processes }, () => fork(program, [name, ...urls.filter((url) => url !== undefined)]));
  try {
    const whenHandled = watchHandled(workers);
    const [{ handled, at }] = await Promise.all([whenHandled(warm), whenHandled(warm + counted)]);
    await whenEmpty(client, side.isEmpty);
    return ((warm + counted - handled) * 1_000) / (performance.now() - at);
  } finally {
    await Promise.all(workers.map(end));
    await endEmptying?.();
  }
}

function* ordersUpTo(count: number, makeOrder: (number: number) => object): Iterable<object> {
  for (let number = 0; number < count; number += 1) yield makeOrder(number);
}

/** Returns what resolves when so many orders are handled by all together. */
function watchHandled(workers: readonly ChildProcess[]): (least: number) => Promise<{ readonly handled: number; readonly at: number }> {
  const counts = workers.map(() => 0);
  return (least) =>
    new Promise((resolve, reject) => {
      for (const [index, worker] of workers.entries()) {
        worker.on('message', (count) => {
          counts[index] = count as number;
          const handled = counts.reduce((sum, one) => sum + one, 0);
          if (handled >= least) resolve({ handled, at: performance.now() });
        });
        worker.on('exit', (code) => reject(new Error(`a process that works has ended with ${code}`)));
      }
    });
}

async function whenEmpty(client: Client, isEmpty: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ is: boolean }>(isEmpty);
    if (rows[0]?.is === true) return;
    await sleep(LOOK_EVERY_MS);
  }
}

function end(worker: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    worker.on('exit', () => resolve());
    worker.kill('SIGKILL');
  });
}
