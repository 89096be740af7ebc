import { describe, expect, it } from 'vitest';
import { HEADERS } from '@waybill/core/transport';
import { seededRandom } from '@waybill/simulation';
import type { CrashForm, Job, Process } from './support/crash-bench.ts';
import { CrashBench } from './support/crash-bench.ts';

const MESSAGES = 500;
const PROCESSES = 3;
const POISON = 77;
/** `maxCrashes` in company, and three alone. */
const MOST_ENDED = 3 + 3;
const STEP_MS = 50;
/** About so often all connections are cut, and one process is gone. */
const [CUT_EVERY_MS, KILL_EVERY_MS] = [2_000, 1_500];
const FORMS: readonly (readonly [string, CrashForm])[] = [
  ['counts', { like: 'rabbitmq' }],
  ['has a flag only', { like: 'rabbitmq', flagOnly: true }],
];
const SEEDS = Array.from({ length: 10 }, (_, n) => n + 1);

/** What a storm came to. */
interface Outcome {
  readonly drainedMs: number;
  readonly blamed: readonly (string | undefined)[];
  readonly missing: readonly number[];
  /** Processes that the poison has ended. */
  readonly ended: number;
}

/** Processes at one endpoint, while connections are cut and processes are gone without a word; the next follows at once. */
async function storm(
  form: CrashForm,
  seed: number,
  { faults, poison }: { readonly faults: boolean; readonly poison?: number },
): Promise<Outcome> {
  const bench = await CrashBench.open(form);
  const random = seededRandom(seed);
  let ended = 0;
  const job: Job = async (n, process) => {
    await bench.work(10 + random() * 100);
    if (n !== poison || !processes.includes(process)) return;
    ended += 1;
    await end(process);
  };
  const processes: Process[] = [];
  const live = async (): Promise<void> => void processes.push(await bench.live(job, { concurrency: 5, prefetch: 20 }));
  const end = async (process: Process): Promise<void> => {
    processes.splice(processes.indexOf(process), 1);
    process.kill();
    await live();
  };
  for (let one = 0; one < PROCESSES; one += 1) await live();
  await bench.send(...Array.from({ length: MESSAGES }, (_, n) => n));
  const expected = MESSAGES - (poison === undefined ? 0 : 1);
  const began = bench.runtime.now();
  const isDrained = async (): Promise<boolean> =>
    bench.done.size >= expected && (poison === undefined || (await bench.deadLetters()).length > 0);
  while (!(await isDrained()) && bench.runtime.now() - began < 600_000) {
    await bench.runtime.advance(STEP_MS);
    if (faults && random() < STEP_MS / CUT_EVERY_MS) bench.broker.faults.cutConnections();
    const unlucky = processes[Math.floor(random() * processes.length)];
    if (faults && random() < STEP_MS / KILL_EVERY_MS && unlucky !== undefined) await end(unlucky);
  }
  const letters = await bench.deadLetters();
  return {
    drainedMs: bench.runtime.now() - began,
    blamed: letters.map(({ message }) => message.headers.get(HEADERS.reason)),
    missing: Array.from({ length: MESSAGES }, (_, n) => n).filter((n) => n !== poison && !bench.done.has(n)),
    ended,
  };
}

describe.each(FORMS)('three processes in a storm, at a broker that %s', (_name, form) => {
  it.each(SEEDS)('nobody is blamed, and the work goes on: seed %i', async (seed) => {
    const calm = await storm(form, seed, { faults: false });
    const { drainedMs, blamed, missing } = await storm(form, seed, { faults: true });
    expect({ blamed, missing }).toEqual({ blamed: [], missing: [] });
    expect(drainedMs).toBeLessThan(4 * calm.drainedMs);
  });

  it.each(SEEDS)('one that ends its process is blamed in time, and it alone: seed %i', async (seed) => {
    const { blamed, missing, ended } = await storm(form, seed, { faults: true, poison: POISON });
    expect({ blamed, missing }).toEqual({ blamed: ['crashed'], missing: [] });
    expect(ended).toBeLessThanOrEqual(MOST_ENDED);
  });
});
