import type { IReceiver, ITransportDelivery } from '@waybill/core/transport';
import { seededRandom } from '@waybill/simulation';
import { expectThat } from '../../../runner.ts';
import { Bench, textOf } from '../../bench.ts';
import type { CaseHarness } from '../../case-harness.ts';
import type { TransportCase } from '../../transport-case.ts';

const ROUNDS = 10;
/** In real time, where it takes long until nothing more comes. */
const REAL_ROUNDS = 2;
const ACTIONS = 60;
const MOST_CREDIT = 6;

export const randomReceivers: TransportCase = {
  name: 'random starts, stops, pauses and credits of a receiver: nothing while it does not receive, never above the credit, none lost, none twice',
  group: 'life',
  run: async (harness) => {
    const rounds = harness.isVirtual ? ROUNDS : REAL_ROUNDS;
    for (let round = 1; round <= rounds; round += 1) await new Round(harness, await Bench.open(harness), round).play();
    return 'proven';
  },
};

/** One receiver, one endpoint, and what must hold of them at each moment. */
class Round {
  readonly #harness: CaseHarness;
  readonly #bench: Bench;
  readonly #random: () => number;
  readonly #receiver: IReceiver;
  readonly #unsettled: ITransportDelivery[] = [];
  readonly #done = new Map<string, number>();
  readonly #complaints: string[] = [];
  #prefetch = MOST_CREDIT;
  #mayReceive = false;
  #sent = 0;

  constructor(harness: CaseHarness, bench: Bench, seed: number) {
    this.#harness = harness;
    this.#bench = bench;
    this.#random = seededRandom(seed);
    this.#receiver = bench.receiver(this.#prefetch, (delivery) => this.#onDelivery(delivery));
  }

  async play(): Promise<void> {
    for (let action = 0; action < ACTIONS; action += 1) {
      await this.#act();
      if (this.#random() < 0.5) await this.#harness.quiet();
      this.#assertSound();
    }
    await this.#finish();
  }

  #onDelivery(delivery: ITransportDelivery): void {
    if (!this.#mayReceive) this.#complaints.push(`"${textOf(delivery)}" was handed over while the receiver was ${this.#receiver.state}`);
    if (this.#unsettled.length >= this.#prefetch)
      this.#complaints.push(`${this.#unsettled.length + 1} were unsettled with a credit of ${this.#prefetch}`);
    this.#unsettled.push(delivery);
  }

  async #act(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.25) await this.#send();
    else if (chance < 0.55) await this.#settle();
    else if (chance < 0.7) await this.#begin(() => this.#receiver.start());
    else if (chance < 0.8) await this.#end(() => this.#receiver.stop());
    else if (chance < 0.87) await this.#end(() => this.#receiver.pause());
    else if (chance < 0.94) await this.#resume();
    else this.#receiver.setPrefetch((this.#prefetch = 1 + Math.floor(this.#random() * MOST_CREDIT)));
  }

  async #send(): Promise<void> {
    const entries = Array.from({ length: 1 + Math.floor(this.#random() * 5) }, () => this.#bench.entry(`message ${this.#sent++}`));
    await this.#bench.sendAccepted(...entries);
  }

  async #settle(): Promise<void> {
    const delivery = this.#unsettled.shift();
    if (delivery === undefined) return;
    if (this.#random() < 0.3) return void (await delivery.release());
    await delivery.ack();
    const text = textOf(delivery);
    this.#done.set(text, (this.#done.get(text) ?? 0) + 1);
  }

  async #begin(start: () => Promise<void>): Promise<void> {
    if (this.#receiver.state !== 'stopped') return;
    this.#mayReceive = true;
    await start();
  }

  async #resume(): Promise<void> {
    if (this.#receiver.state === 'paused') this.#mayReceive = true;
    await this.#receiver.resume();
  }

  /** From the call on, not from its end, nothing may be handed over. */
  async #end(stop: () => Promise<void>): Promise<void> {
    this.#mayReceive = false;
    await stop();
  }

  #assertSound(): void {
    expectThat(this.#complaints.length === 0, this.#complaints.join('; '));
    const twice = Array.from(this.#done).filter(([, times]) => times > 1);
    expectThat(twice.length === 0, `acked, and handed over again: ${twice.map(([text]) => text).join(', ')}`);
  }

  async #finish(): Promise<void> {
    await this.#end(() => this.#receiver.stop());
    await this.#begin(() => this.#receiver.start());
    await this.#harness.until(
      `all of ${this.#sent} messages`,
      async () => {
        while (this.#unsettled.length > 0) await this.#settle();
        return this.#done.size === this.#sent;
      },
      () => `${this.#done.size} were acked`,
    );
    await this.#harness.quiet();
    this.#assertSound();
    expectThat(this.#sent > 0 && this.#unsettled.length === 0, `${this.#unsettled.length} came after all were acked`);
    await this.#bench.close();
  }
}
