import { StoreError } from '@waybill/core';
import { seededRandom } from '@waybill/simulation';
import { describe, expect, it } from 'vitest';
import type { RelayProcess, Verdict } from '../support/relay-bench.ts';
import { RelayBench, entryOf } from '../support/relay-bench.ts';

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const ROUNDS = 120;
const OPTIONS = { lease: '6s', batchSize: 7 } as const;

/** One run of several relays over one outbox, with what goes wrong chosen by a seed. `harmless` is what costs no second sending. */
class RandomRun {
  readonly bench: RelayBench;
  readonly added: { readonly id: string; readonly key: string | undefined }[] = [];
  readonly #random: () => number;
  readonly #harmless: boolean;
  readonly #processes: RelayProcess[] = [];
  readonly #tried = new Map<string, number>();

  constructor(seed: number, harmless: boolean) {
    this.bench = new RelayBench(seed);
    this.#random = seededRandom(seed);
    this.#harmless = harmless;
  }

  async run(): Promise<void> {
    const { bench } = this;
    await bench.open();
    bench.broker.verdictOf = (id) => this.#verdict(id);
    for (let count = 0; count < 3; count += 1) this.#processes.push(await bench.running(OPTIONS));
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.#act();
      await bench.runtime.advance(Math.floor(this.#random() * 400));
    }
    await this.#calm();
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  async #act(): Promise<void> {
    const { broker } = this.bench;
    const most = this.#pick([0, 5, 100, 700]);
    broker.latencyOf = () => Math.floor(this.#random() * most);
    const action = this.#random();
    if (action < 0.6) return this.#add();
    if (action < 0.7) broker.isConnected = !broker.isConnected;
    else if (action < 0.75) await this.#replace();
    else if (!this.#harmless) await this.#harm();
  }

  async #add(): Promise<void> {
    const count = 1 + Math.floor(this.#random() * 12);
    const messages = Array.from({ length: count }, (_, index) => {
      const key = this.#random() < 0.8 ? `k${Math.floor(this.#random() * 9)}` : undefined;
      const isDelayed = key === undefined && this.#random() < 0.3;
      return { id: `m${this.added.length + index}`, key, dueAt: isDelayed ? this.bench.runtime.now() + 3_000 : undefined };
    });
    this.added.push(...messages);
    const entries = messages.map(({ id, key, dueAt }) => ({ entry: entryOf(id, key), ...(dueAt === undefined ? {} : { dueAt }) }));
    await this.bench.addEntries(...entries);
  }

  /** One process stops as it should, and another starts. */
  async #replace(): Promise<void> {
    const [process] = this.#processes.splice(Math.floor(this.#random() * this.#processes.length), 1);
    process?.thaw();
    const stopping = process?.relay.stop({ limitMs: this.#harmless ? 3_000 : this.#pick([0, 300]), leaveMs: 2_000 });
    await this.bench.runtime.advance(5_000);
    await stopping;
    this.#processes.push(await this.bench.running(OPTIONS));
  }

  async #harm(): Promise<void> {
    const process = this.#pick(this.#processes);
    const kind = this.#random();
    if (kind < 0.25) process.freeze();
    else if (kind < 0.5) process.thaw();
    else if (kind < 0.6) {
      void process.kill();
      this.#processes.splice(this.#processes.indexOf(process), 1, await this.bench.running(OPTIONS));
    } else if (kind < 0.8) process.fault.before = (): void => this.#maybeFail(0.4);
    else process.fault.after = (): void => this.#maybeFail(0.2);
  }

  #maybeFail(chance: number): void {
    if (this.#random() < chance) throw new StoreError('STORE_UNAVAILABLE', 'the connection broke');
  }

  /** No row fails so often that it is held. */
  #verdict(id: string): Verdict {
    const tried = (this.#tried.get(id) ?? 0) + 1;
    this.#tried.set(id, tried);
    if (tried > 2 || this.#random() > 0.15) return undefined;
    return this.#harmless ? 'rejected' : this.#pick<Verdict>(['rejected', 'unknown', 'lost', 'throws']);
  }

  async #calm(): Promise<void> {
    this.bench.broker.isConnected = true;
    this.bench.broker.latencyOf = undefined;
    for (const process of this.#processes) {
      process.fault.before = () => undefined;
      process.fault.after = () => undefined;
      process.thaw();
    }
    await this.bench.runtime.advance(120_000);
  }

  /** Messages of one key whose first sending was not in the order of storing. */
  unordered(): readonly string[] {
    const firstAt = new Map<string, number>();
    for (const [at, id] of this.bench.broker.accepted.entries()) if (!firstAt.has(id)) firstAt.set(id, at);
    const latest = new Map<string, number>();
    return this.added.flatMap(({ id, key }) => {
      const at = firstAt.get(id) ?? -1;
      if (key === undefined) return [];
      const before = latest.get(key) ?? -1;
      latest.set(key, Math.max(before, at));
      return at < before ? [`${key}: ${id}`] : [];
    });
  }
}

describe('several relays, whatever goes wrong', () => {
  it('lose no message and keep the order of each key among first sendings, with crashes, freezes, lost answers and a failing store', async () => {
    for (const seed of SEEDS) {
      const run = new RandomRun(seed, false);
      await run.run();
      const { accepted } = run.bench.broker;
      expect({ seed, left: await run.bench.left(), held: await run.bench.held() }).toEqual({ seed, left: 0, held: [] });
      expect({ seed, missing: run.added.filter(({ id }) => !accepted.includes(id)) }).toEqual({ seed, missing: [] });
      expect({ seed, unordered: run.unordered() }).toEqual({ seed, unordered: [] });
    }
  });

  it('send nothing twice as long as processes stop in order and the transport answers', async () => {
    for (const seed of SEEDS) {
      const run = new RandomRun(seed, true);
      await run.run();
      const { accepted } = run.bench.broker;
      expect({ seed, left: await run.bench.left(), held: await run.bench.held() }).toEqual({ seed, left: 0, held: [] });
      expect({ seed, accepted: accepted.length }).toEqual({ seed, accepted: run.added.length });
      expect({ seed, unordered: run.unordered() }).toEqual({ seed, unordered: [] });
    }
  });
});
