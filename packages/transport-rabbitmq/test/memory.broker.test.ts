import { describeOwn } from '@waybill/servers/vitest';
import { connect } from 'amqplib';
import { expect, it } from 'vitest';
import type { MeasuredLoad, MemorySample } from './support/measured-load.ts';
import { MeasuredProcess } from './support/measured-process.ts';

/** `WAYBILL_LONG=1` is the long form: a minute without a broker, and 10,000 messages that wait. */
const IS_LONG = process.env['WAYBILL_LONG'] === '1';
const AWAY_MS = IS_LONG ? 60_000 : 15_000;
const WAITING = IS_LONG ? 10_000 : 3_000;
const WAITING_BYTES = 64 * 1024;
/** What nobody awaits is kept for so long. */
const PUBLISH_TIMEOUT_MS = 3_000;
/** From then on nothing more is taken on: what was under way has ended, or has been given up. */
const SETTLED_MS = 6_000;
const CALM_MS = 4_000;
const FLAT = 1.5;
const PATIENCE = { timeout: 60_000, interval: 100 };
const DRAINING = { timeout: 120_000, interval: 100 };
const TEST_MS = AWAY_MS + 240_000;
const MIB = 1024 * 1024;

const LOAD: Omit<MeasuredLoad, 'url'> = {
  name: 'measured',
  queue: 'classic',
  callers: 0,
  unawaitedPerSecond: 0,
  overflow: 'wait',
  bodyBytes: 8_192,
  publishTimeoutMs: PUBLISH_TIMEOUT_MS,
  handlerMs: 0,
  concurrency: 20,
};

/** Who sends. What may be open at once: a caller that awaits holds one; what is refused at once never waits. */
const SENDERS = [
  { name: 'awaits', callers: 50, mostOpen: 50 },
  { name: 'waits', unawaitedPerSecond: 1_000, mostOpen: 2 * PUBLISH_TIMEOUT_MS },
  { name: 'is-refused', unawaitedPerSecond: 1_000, overflow: 'reject', mostOpen: 1_000 },
] as const satisfies readonly (Partial<MeasuredLoad> & { readonly mostOpen: number })[];

await describeOwn('rabbitmq', (server) => {
  it.each(['stopped', 'frozen'] as const)(
    'memory is flat while the broker is %s under load, whether senders await or not',
    async (how) => {
      const { node } = server;
      await using loads = new Loads(
        SENDERS.map(({ mostOpen: _mostOpen, ...sender }) => new MeasuredProcess({ ...LOAD, ...sender, url: node.url })),
      );
      const before = await loads.each(flowing);
      const since = loads.all.map(({ last }) => last.at);
      if (how === 'stopped') await node.stop();
      else node.freeze();
      const grown = await loads.each((load, at) => growth(load, since[at] as number));
      const away = loads.all.map(({ last }) => last);
      if (how === 'stopped') await node.start();
      else node.thaw();
      const after = await loads.each(flowing);
      for (const [at, { name, mostOpen }] of SENDERS.entries()) {
        const { connection, open, rejected, unknown } = away[at] as MemorySample;
        const [first, last] = [before[at] as number, after[at] as number];
        console.info(JSON.stringify({ how, name, ...grown[at], beforeMiB: first / MIB, afterMiB: last / MIB, open, rejected, unknown }));
        expect(connection).not.toBe('healthy');
        expect(rejected + unknown).toBeGreaterThan(0);
        expect(open).toBeLessThanOrEqual(mostOpen);
        expect(Math.max(last / first, ...Object.values(grown[at] ?? {}))).toBeLessThan(FLAT);
      }
    },
    TEST_MS,
  );

  it(
    'memory is flat while slow consumers have full queues, classic and quorum',
    async () => {
      const { node } = server;
      const queues = ['classic', 'quorum'] as const;
      const slow = { ...LOAD, url: node.url, handlerMs: 50, concurrency: 10 };
      await using loads = new Loads(queues.map((queue) => new MeasuredProcess({ ...slow, name: `slow-${queue}`, queue })));
      await loads.each((load) => expect.poll(() => load.last.connection, PATIENCE).toBe('healthy'));
      await Promise.all(queues.map((queue) => fill(node.url, `slow-${queue}`)));
      const begin = loads.all.map(({ last }) => last.handled);
      expect(Math.max(...begin)).toBeLessThan(WAITING / 2);
      const grown = await loads.each((load) => growthWhileDraining(load));
      console.info(JSON.stringify({ begin, grown, rssMiB: loads.all.map(({ last }) => last.rssBytes / MIB) }));
      expect(Math.max(...grown.flatMap(Object.values))).toBeLessThan(FLAT);
    },
    TEST_MS,
  );
});

interface Growth {
  /** What is held at the end, as a multiple of what was held at the beginning; and of all pages. */
  readonly held: number;
  readonly rss: number;
}

class Loads implements AsyncDisposable {
  readonly all: readonly MeasuredProcess[];

  constructor(all: readonly MeasuredProcess[]) {
    this.all = all;
  }

  each<T>(work: (load: MeasuredProcess, at: number) => Promise<T>): Promise<T[]> {
    return Promise.all(this.all.map(work));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map((load) => load[Symbol.asyncDispose]()));
  }
}

/** Resolves when messages flow, with the bytes that are held then. */
async function flowing(load: MeasuredProcess): Promise<number> {
  const { accepted } = load.last;
  await expect.poll(() => load.last.accepted > accepted + 1_000 && load.last.connection === 'healthy', PATIENCE).toBe(true);
  const from = load.last.at;
  await reached(load, from + CALM_MS);
  return load.least('heldBytes', from);
}

/** From the most that is held in the first half, once everything waits that may, to the most in the second. */
async function growth(load: MeasuredProcess, since: number): Promise<Growth> {
  const [from, to] = [since + SETTLED_MS, since + AWAY_MS];
  const half = (from + to) / 2;
  await reached(load, to);
  const grown = (of: 'heldBytes' | 'rssBytes'): number => load.most(of, half, to) / load.most(of, from, half);
  return { held: grown('heldBytes'), rss: grown('rssBytes') };
}

/** From the middle, when it is warm, to the end. */
async function growthWhileDraining(load: MeasuredProcess): Promise<Growth> {
  const handled = async (part: number): Promise<number> => {
    await expect.poll(() => load.last.handled, DRAINING).toBeGreaterThanOrEqual(WAITING * part);
    return load.last.at;
  };
  const warm = [await handled(0.3), await handled(0.6)] as const;
  const late = [await handled(0.65), await handled(1)] as const;
  const grown = (of: 'heldBytes' | 'rssBytes'): number => load.least(of, ...late) / load.least(of, ...warm);
  return { held: grown('heldBytes'), rss: grown('rssBytes') };
}

/** Resolves when the process is so old. */
async function reached(load: MeasuredProcess, age: number): Promise<void> {
  await expect.poll(() => load.last.at, { timeout: age + PATIENCE.timeout, interval: 100 }).toBeGreaterThan(age);
}

/** Puts into a queue what waits there. */
async function fill(url: string, queue: string): Promise<void> {
  const connection = await connect(url);
  const channel = await connection.createConfirmChannel();
  const content = Buffer.from(JSON.stringify({ text: 'x'.repeat(WAITING_BYTES) }));
  for (let n = 0; n < WAITING; n += 1) {
    const messageId = `waiting-${n}`;
    channel.sendToQueue(queue, content, { persistent: true, type: 'measured.work', messageId, contentType: 'application/json' });
    if (n % 100 === 99) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
  await connection.close();
}
