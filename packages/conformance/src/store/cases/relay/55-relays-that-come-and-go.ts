import { seededRandom } from '@waybill/simulation';
import { expectThat } from '../../../runner.ts';
import { textOf } from '../../outbox-texts.ts';
import { LEASE_MS } from '../../relay-part.ts';
import type { RelayPart } from '../../relay-part.ts';
import { StoreBench, entryOf } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const relaysThatComeAndGo: StoreCase = {
  name: 'while relays come, leave and die at random every row is sent, none after it was removed, and each key keeps its order',
  number: 55,
  group: 'relay',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const random = seededRandom(8);
    const chance = (most: number): number => Math.floor(random() * most);
    const crew = new Crew(bench);
    for (let step = 0; step < 300; step += 1) {
      if (step < 120) await crew.add(5);
      await crew.live(chance(20), chance(crew.size), chance(30));
      bench.later(chance(200));
    }
    await crew.finish();
  },
};

const KEYS = 13;

/** Relays of one scope, and what they have sent. */
class Crew {
  readonly #bench: StoreBench;
  readonly #relays: RelayPart[];
  readonly #sent = new Set<number>();
  #added = 0;

  constructor(bench: StoreBench) {
    this.#bench = bench;
    this.#relays = [bench.relay(), bench.relay()];
  }

  get size(): number {
    return this.#relays.length;
  }

  async add(count: number): Promise<void> {
    const numbers = Array.from({ length: count }, () => this.#added++);
    await this.#bench.add(...numbers.map((number) => entryOf(String(number), { partitionKey: `key ${number % KEYS}` })));
  }

  /** Something happens, now and then to the relays themselves. */
  async live(what: number, index: number, limit: number): Promise<void> {
    if (what === 0 && this.size < 5) this.#relays.push(this.#bench.relay());
    else if (what === 1) await this.leave(index);
    else if (what === 2) await this.die(index);
    else await this.send(index, limit);
  }

  async leave(index: number): Promise<void> {
    if (this.size > 1) for (const relay of this.#relays.splice(index, 1)) await relay.leave();
  }

  /** One does not come back; the others renew until its lease has run out. */
  async die(index: number): Promise<void> {
    if (this.size > 1) this.#relays.splice(index, 1);
    for (let half = 0; half < 2; half += 1) {
      this.#bench.later(LEASE_MS / 2);
      for (const relay of this.#relays) await relay.lease({ limit: 0 });
    }
  }

  /** Sends some rows: of a key none after a later one, and none that was removed. Returns how many. */
  async send(index: number, limit: number): Promise<number> {
    const relay = this.#relays[index] ?? this.#bench.relay();
    const { rows } = await relay.lease({ limit });
    const removed = await relay.sent(rows.map(({ sequence }) => sequence));
    expectThat(removed === rows.length, `${removed} of ${rows.length} rows were removed right after the lease`);
    for (const number of rows.map((row) => Number(textOf(row)))) {
      expectThat(!this.#sent.has(number), `row ${number} came again after it was removed`);
      const later = Array.from(this.#sent).find((one) => one % KEYS === number % KEYS && one > number);
      expectThat(later === undefined, `row ${number} came after ${later}, which is of its key`);
      this.#sent.add(number);
    }
    return rows.length;
  }

  async finish(): Promise<void> {
    while (this.size > 1) await this.leave(0);
    while ((await this.send(0, 500)) > 0);
    expectThat(this.#sent.size === this.#added, `${this.#sent.size} of ${this.#added} rows were sent`);
  }
}
