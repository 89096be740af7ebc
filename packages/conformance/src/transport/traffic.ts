import type { ITransportDelivery, SendOutcome } from '@waybill/core/transport';
import { expectThat } from '../runner.ts';
import type { Bench } from './bench.ts';
import { textOf } from './bench.ts';

/** Numbered messages through one endpoint: what was accepted must be handled, whatever happens in between. */
export class Traffic {
  readonly accepted: Set<string> = new Set();
  readonly unknown: Set<string> = new Set();
  readonly rejected: Set<string> = new Set();
  /** Acknowledged, and the acknowledgement took effect; how often. */
  readonly handled: Map<string, number> = new Map();
  /** Settlements that came too late. */
  lost = 0;
  #next = 0;

  /** Sends that many messages, one call each, one after another. */
  async produce(bench: Bench, count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.sendOne(bench, `message ${this.#next++}`);
  }

  /** Sends a text, perhaps not for the first time. */
  async sendOne(bench: Bench, text: string): Promise<void> {
    const [outcome] = await bench.transport.send([bench.entry(text)], {});
    this.#note(text, outcome);
  }

  /** Acknowledges a delivery after a turn of the loop; pass it to `receive`. */
  readonly handle: (bench: Bench) => (delivery: ITransportDelivery) => void = (bench) => (delivery) => {
    void bench.harness.runtime.yield().then(async () => {
      const result = await delivery.ack();
      if (result === 'lost') this.lost += 1;
      else this.handled.set(textOf(delivery), (this.handled.get(textOf(delivery)) ?? 0) + 1);
    });
  };

  /** Waits until all that was accepted is handled; fails with what is missing, or with what nobody sent. */
  async isDone(bench: Bench): Promise<void> {
    const missing = (): readonly string[] => Array.from(this.accepted).filter((text) => !this.handled.has(text));
    await bench.harness.until(
      'all that was accepted',
      () => missing().length === 0,
      () => `${missing().length} of ${this.accepted.size} were not handled: ${missing().slice(0, 10).join(', ')}`,
    );
    await bench.harness.quiet();
    const foreign = Array.from(this.handled.keys()).filter((text) => !this.accepted.has(text) && !this.unknown.has(text));
    expectThat(foreign.length === 0, `handled, though the send was rejected or never made: ${foreign.slice(0, 10).join(', ')}`);
  }

  /** What was handled more often than once. */
  get twice(): readonly string[] {
    return Array.from(this.handled)
      .filter(([, times]) => times > 1)
      .map(([text]) => text);
  }

  #note(text: string, outcome: SendOutcome | undefined): void {
    if (outcome?.status === 'accepted') this.accepted.add(text);
    else if (outcome?.status === 'unknown') this.unknown.add(text);
    else this.rejected.add(text);
  }
}
