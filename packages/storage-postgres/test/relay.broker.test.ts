import type { Bus, RelayOptions } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import type { OutboxEntry } from '@waybill/core/persistence';
import { HEADERS } from '@waybill/core/transport';
import { describeServer } from '@waybill/servers/vitest';
import { memory, memoryBroker } from '@waybill/transport-memory';
import { describe, expect, it, vi } from 'vitest';
import { Bench } from './support/bench.ts';

const Work = defineCommand<{ readonly id: string; readonly key: string }>('jobs.work');
const KEYS = 16;
const PATIENCE = { timeout: 20_000, interval: 20 };

const work = (id: string, key: string): OutboxEntry => ({
  entry: {
    destination: { kind: 'endpoint', name: 'jobs' },
    headers: new Map([
      [HEADERS.id, id],
      [HEADERS.name, Work.name],
      [HEADERS.contentType, 'application/json'],
    ]),
    body: Buffer.from(JSON.stringify({ id, key })),
    partitionKey: key,
  },
});

await describeServer('postgres', (server) => {
  /** Processes of one service over one database, and who handles what they send. */
  class Service implements AsyncDisposable {
    readonly name: string;
    readonly received: { readonly id: string; readonly key: string }[] = [];
    readonly #broker = memoryBroker();
    readonly #ends: (() => Promise<unknown>)[] = [];
    #added = 0;

    constructor(name: string) {
      this.name = name;
    }

    async start(): Promise<this> {
      const receiver = createBus({
        name: 'receiver',
        transport: memory({ broker: this.#broker }),
        endpoints: [endpoint('jobs', { handlers: [handler(Work, (message) => void this.received.push(message))], concurrency: 1 })],
      });
      await receiver.start();
      this.#ends.push(() => receiver.stop());
      return this;
    }

    async process(relay: RelayOptions = {}): Promise<{ readonly bus: Bus; readonly bench: Bench }> {
      const bench = Bench.make(server.url);
      bench.pool.on('error', () => undefined);
      const bus = createBus({
        name: this.name,
        transport: memory({ broker: this.#broker }),
        store: bench.store,
        relay,
        logger: silentLogger,
      });
      await bus.start();
      this.#ends.push(async () => {
        await bus.stop();
        await bench.pool.end();
      });
      return { bus, bench };
    }

    /** One transaction with some messages of each key. */
    async add(bench: Bench, perKey: number): Promise<void> {
      const entries = Array.from({ length: perKey * KEYS }, (_, index) => work(String(this.#added + index), `k${index % KEYS}`));
      this.#added += entries.length;
      await bench.add(this.name, ...entries);
    }

    get added(): number {
      return this.#added;
    }

    /** Ids in the order of their first arrival. */
    get firsts(): readonly { readonly id: string; readonly key: string }[] {
      const seen = new Set<string>();
      return this.received.filter(({ id }) => !seen.has(id) && seen.add(id));
    }

    /** Messages that came after a later one of their key. */
    get unordered(): readonly string[] {
      const latest = new Map<string, number>();
      return this.firsts.flatMap(({ id, key }) => {
        const before = latest.get(key) ?? -1;
        latest.set(key, Math.max(before, Number(id)));
        return Number(id) < before ? [id] : [];
      });
    }

    async [Symbol.asyncDispose](): Promise<void> {
      for (const end of this.#ends.toReversed()) await end();
    }
  }

  describe('relays over PostgreSQL', () => {
    it('send each message once and in the order of its key while nothing goes wrong, and share the work', async () => {
      await using service = await new Service('calm').start();
      const processes = [
        await service.process({ batchSize: 50 }),
        await service.process({ batchSize: 50 }),
        await service.process({ batchSize: 50 }),
      ];
      const own = (): Promise<number> =>
        processes[0]!.bench.pool
          .query("select count(distinct relay)::int as relays from waybill.outbox_slot where scope = 'calm'")
          .then(({ rows }) => (rows[0] as { relays: number }).relays);
      for (const { bench } of processes) for (let round = 0; round < 10; round += 1) await service.add(bench, 5);
      await vi.waitFor(() => expect(service.firsts.length).toBe(service.added), PATIENCE);
      expect(service.received.length).toBe(service.added);
      expect(service.unordered).toEqual([]);
      await vi.waitFor(async () => expect(await own()).toBe(3), PATIENCE);
    });

    it('lose none and keep the order of first sendings while every connection is cut again and again', async () => {
      await using service = await new Service('cut').start();
      const [{ bench }] = [await service.process({ batchSize: 20 }), await service.process({ batchSize: 20 })];
      await using cutter = await Bench.open(server.url);
      cutter.pool.on('error', () => undefined);
      let cut = 0;
      for (let round = 0; round < 30; round += 1) {
        await service.add(cutter, 4);
        const { rowCount } = await cutter.pool.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        );
        cut += rowCount ?? 0;
      }
      expect(cut).toBeGreaterThan(10);
      await vi.waitFor(() => expect(service.firsts.length).toBe(service.added), PATIENCE);
      expect(service.unordered).toEqual([]);
      await vi.waitFor(async () => expect(await bench.waiting('cut')).toBe(0), PATIENCE);
    });

    it('take over what a process leaves that stops, at once', async () => {
      await using service = await new Service('leave').start();
      const first = await service.process();
      const second = await service.process();
      await service.add(first.bench, 1);
      await first.bus.stop();
      await service.add(second.bench, 10);
      await vi.waitFor(() => expect(service.firsts.length).toBe(service.added), { timeout: 8_000, interval: 20 });
      expect(service.received.length).toBe(service.added);
    });
  });
});
