import { describe, expect, it } from 'vitest';
import { HEADERS } from '@waybill/core/transport';
import type { CrashForm, Job, Process } from './support/crash-bench.ts';
import { CrashBench } from './support/crash-bench.ts';

const POISON = 2;
/** `maxCrashes`, and what is needed to blame one: so many processes are ended in company, and alone. */
const [IN_COMPANY, ALONE] = [3, 3];
/** One return is enough. */
const AT_ONCE = { recovery: { maxCrashes: 1 } };
const FORMS: readonly (readonly [string, CrashForm])[] = [
  ['memory', {}],
  ['rabbitmq, which counts', { like: 'rabbitmq' }],
  ['rabbitmq, which has a flag only', { like: 'rabbitmq', flagOnly: true }],
  ['rabbitmq, far away', { like: 'rabbitmq', latencyMs: 5 }],
  ['service-bus', { like: 'service-bus' }],
  ['sqs', { like: 'sqs' }],
  ['sqs-fifo', { like: 'sqs-fifo' }],
  ['database', { like: 'database' }],
];
const RABBITMQ = FORMS.slice(1, 3);
const times = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

describe.each(FORMS)('a message that ends its process, on %s', (_name, form) => {
  it('is blamed alone after three returns and three trials, and those beside it and later ones are handled once', async () => {
    const bench = await CrashBench.open(form);
    const beside: (readonly number[])[] = [];
    const job: Job = async (n, process) => {
      if (n === POISON) {
        beside.push(Array.from(process.running).filter((one) => one !== POISON));
        process.kill();
      }
      await bench.work();
    };
    const first = await bench.live(job);
    await first.bus.endpoint('jobs').pause();
    await bench.send(0, 1, POISON, 3, 4);
    await first.bus.endpoint('jobs').resume();
    await bench.runtime.advance(1_000);
    for (let life = 1; life < 10 && (await bench.deadLetters()).length === 0; life += 1) {
      await bench.live(job);
      await bench.send(100 + life);
      await bench.runtime.advance(30_000);
    }
    const ended = IN_COMPANY + ALONE;
    expect(beside.slice(IN_COMPANY)).toEqual(times(ALONE).map(() => []));
    expect(beside.slice(0, IN_COMPANY).every((others) => others.length > 0)).toBe(true);
    expect(Array.from(bench.done.keys()).toSorted((a, b) => a - b)).toEqual([0, 1, 3, 4, ...times(ended, 101)]);
    expect(Array.from(bench.done.values())).toEqual(times(ended + 4).map(() => 1));
    const [letter, ...others] = await bench.deadLetters();
    expect(others).toEqual([]);
    expect(letter?.message.headers.get(HEADERS.reason)).toBe('crashed');
    expect(letter?.message.headers.get(HEADERS.error)).toMatch(/^PROCESS_CRASHED: .* 3 times .* 3 times more/);
    expect(letter?.message.headers.get(HEADERS.trial)).toMatch(/^3\/2\/\d+\/alone$/);
  });

  it.each([[0], [false]] as const)('comes again for ever with `maxCrashes: %s`', async (maxCrashes) => {
    const bench = await CrashBench.open(form);
    let crashes = 0;
    for (let life = 0; life < 8; life += 1) {
      await bench.live(
        (_n, process) => {
          crashes += 1;
          process.kill();
        },
        { recovery: { maxCrashes } },
      );
      if (life === 0) await bench.send(POISON);
      await bench.runtime.advance(1_000);
    }
    expect(crashes).toBe(8);
    expect(await bench.deadLetters()).toEqual([]);
    expect(bench.suspected()).toEqual([]);
  });

  it('is tried after as many returns as `maxCrashes` says, and handled anew when it is returned as a dead letter', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike([POISON], 1);
    let isMended = false;
    const job: Job = (_n, process) => (isMended ? undefined : process.kill());
    let process: Process;
    do {
      process = await bench.live(job, AT_ONCE);
      await bench.runtime.advance(1_000);
    } while ((await bench.deadLetters()).length === 0);
    expect(bench.suspected()).toEqual([0, 1, 2]);
    await process.bus.deadLetters('jobs').return(() => true);
    await bench.runtime.advance(1_000);
    isMended = true;
    await bench.live(job, AT_ONCE);
    await bench.runtime.advance(1_000);
    expect(await bench.deadLetters()).toEqual([]);
    expect(Array.from(bench.done)).toEqual([[POISON, 1]]);
  });
});

describe.each(RABBITMQ)('innocent messages, on %s', (_name, form) => {
  it('fifty in the hands of a process that is killed: all are handled as ever', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike(times(50), 1);
    await bench.live(() => bench.work(), { prefetch: 50 });
    await bench.runtime.advance(10_000);
    expect(Array.from(bench.done.values())).toEqual(times(50).map(() => 1));
    expect(await bench.deadLetters()).toEqual([]);
    expect(bench.suspected()).toEqual([]);
  });

  it('fifty in hand when the connection is lost, again and again: nobody is suspected in the process that lives', async () => {
    const bench = await CrashBench.open(form);
    await bench.live(() => bench.work(1_000), { prefetch: 50 });
    await bench.send(...times(50));
    for (let cut = 0; cut < 4; cut += 1) {
      await bench.runtime.advance(500);
      expect(bench.broker.faults.cutConnections()).toBeGreaterThan(0);
    }
    await bench.runtime.advance(60_000);
    expect(bench.done.size).toBe(50);
    expect(bench.suspected()).toEqual([]);
  });

  it('what was lost and given up before it comes back is known, too', async () => {
    const bench = await CrashBench.open(form);
    const process = await bench.live(() => bench.work());
    const jobs = process.bus.endpoint('jobs');
    await bench.send(...times(5));
    for (let cut = 0; cut < 3; cut += 1) {
      await bench.runtime.settle();
      expect(process.running.size).toBe(5);
      await jobs.pause();
      bench.broker.faults.cutConnections();
      await bench.runtime.advance(1_000);
      expect(process.running.size).toBe(0);
      await jobs.resume();
    }
    await bench.runtime.advance(1_000);
    expect(bench.done.size).toBe(5);
    expect(bench.suspected()).toEqual([]);
  });

  it('more suspects than the prefetch allows, and a backlog behind them: all are handled', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike(times(40), 1);
    await bench.send(...times(200, 100));
    await bench.live(() => bench.work(), { ...AT_ONCE, concurrency: 2, prefetch: 4 });
    await bench.runtime.advance(60_000);
    expect(bench.done.size).toBe(240);
    expect(await bench.deadLetters()).toEqual([]);
    expect(bench.suspected().length).toBeGreaterThanOrEqual(40);
  });

  it('while one process tries for long, another tries what it holds', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike(times(10), 1);
    const slow = await bench.live(() => bench.work(60_000), AT_ONCE);
    await bench.send(...times(200, 100));
    await bench.live(() => bench.work(100), AT_ONCE);
    await bench.runtime.advance(15_000);
    const [tried] = slow.running;
    expect(slow.running.size).toBe(1);
    expect(times(10).filter((n) => !bench.done.has(n))).toEqual([tried]);
    expect(await bench.deadLetters()).toEqual([]);
  });

  it('copies leave for their trials one at a time, also while none arrives', async () => {
    const bench = await CrashBench.open({ ...form, latencyMs: 1_000 });
    await bench.strike(times(10), 1);
    await bench.live(() => bench.work(), { ...AT_ONCE, prefetch: 20 });
    await bench.runtime.advance(1_200);
    expect(bench.suspected()).toEqual([0]);
    await bench.runtime.advance(250);
    expect(bench.suspected()).toEqual([0, 0]);
  });

  it('a trial that ends its process after it has lost its connection is to its account', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike([POISON], 1);
    await bench.live(async (_n, process) => {
      await bench.work(2_000);
      process.kill();
    }, AT_ONCE);
    await bench.runtime.advance(1_000);
    expect(bench.broker.faults.cutConnections()).toBeGreaterThan(0);
    await bench.runtime.advance(5_000);
    await bench.live(() => bench.work(), AT_ONCE);
    await bench.runtime.advance(5_000);
    expect(bench.suspected()).toEqual([0, 1]);
    expect(bench.done.get(POISON)).toBe(1);
  });

  it('what arrives for its trial while another is tried is not in hand when that ends the process', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike([0, 1, POISON, 3], 1);
    const job: Job = async (n, process) => {
      await bench.work(2_000);
      if (n === POISON) process.kill();
    };
    for (let life = 0; life < 2 + ALONE; life += 1) {
      await bench.live(job, AT_ONCE);
      await bench.runtime.advance(20_000);
    }
    expect((await bench.deadLetters()).length).toBe(1);
    expect(Array.from(bench.done.keys()).toSorted((a, b) => a - b)).toEqual([0, 1, 3]);
    expect(bench.suspected().filter((crashes) => crashes !== 0)).toEqual([1, 2]);
  });

  it('a trial is not kept waiting by others that come, and nothing else runs while it does', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike([0], 1);
    let doneBefore = Number.NaN;
    let beside = Number.NaN;
    let isTrying = false;
    let disturbed = 0;
    const process = await bench.live(async (n) => {
      if (isTrying) disturbed += 1;
      if (n === 0) {
        isTrying = true;
        doneBefore = bench.done.size;
        beside = process.running.size - 1;
        process.bus.endpoint('jobs').setConcurrency(50);
      }
      await bench.work(100);
      if (n === 0) isTrying = false;
    }, AT_ONCE);
    for (let n = 1; n <= 200; n += 1) {
      await bench.send(n);
      await bench.runtime.advance(10);
    }
    await bench.runtime.advance(10_000);
    expect(bench.done.size).toBe(201);
    expect(doneBefore).toBeLessThan(50);
    expect([beside, disturbed]).toEqual([0, 0]);
  });

  it('one that waits for its trial when the bus stops is not blamed for it', async () => {
    const bench = await CrashBench.open(form);
    const process = await bench.live((n) => bench.work(n === 7 ? 20_000 : 10), AT_ONCE);
    await bench.send(7);
    await bench.runtime.settle();
    await process.bus.endpoint('jobs').pause();
    await bench.strike([0], 1);
    await process.bus.endpoint('jobs').resume();
    await bench.runtime.advance(5_000);
    expect(Array.from(process.running)).toEqual([7]);
    const stopped = process.bus.stop();
    await bench.runtime.advance(30_000);
    await stopped;
    expect(Array.from(bench.done)).toEqual([[7, 1]]);
    await bench.live(() => bench.work(), AT_ONCE);
    await bench.runtime.advance(1_000);
    expect(bench.done.get(0)).toBe(1);
    expect(bench.suspected()).toEqual([0, 0]);
    expect(await bench.deadLetters()).toEqual([]);
  });

  it('one that has stood its trial and failed is under suspicion no more', async () => {
    const bench = await CrashBench.open(form);
    await bench.strike([0], 1);
    const options = { recovery: { maxCrashes: 1, redeliver: ['1s'] as const } };
    const failing = await bench.live(() => Promise.reject(new Error('not yet')), options);
    await bench.runtime.advance(500);
    failing.kill();
    const held = await bench.live(() => new Promise(() => undefined), options);
    await bench.runtime.advance(5_000);
    expect(Array.from(held.running)).toEqual([0]);
    held.kill();
    await bench.live(() => bench.work(), options);
    await bench.runtime.advance(5_000);
    expect(Array.from(bench.done)).toEqual([[0, 1]]);
    expect(bench.suspected()).toEqual([0, 0]);
    expect(await bench.deadLetters()).toEqual([]);
  });
});

it('a log tells of no earlier delivery: nobody is suspected', async () => {
  const bench = await CrashBench.open({ like: 'kafka' });
  await bench.strike([0], 5);
  await bench.live(() => bench.work());
  await bench.runtime.advance(1_000);
  expect(bench.done.get(0)).toBe(1);
  expect(bench.suspected()).toEqual([]);
});
