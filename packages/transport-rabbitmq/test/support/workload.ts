import { createBus, defineCommand, endpoint, handler, isBusError, silentLogger } from '@waybill/core';
import type { Bus, Endpoint } from '@waybill/core';
import { rabbitmq } from '../../src/index.ts';
import type { RabbitmqOptions } from '../../src/index.ts';

const Work = defineCommand<{ readonly text: string }>('load.work');
const TEXT = 'x'.repeat(1_000);

/** Acks on their way when a broker is killed are lost, and so are those that it had not written yet. */
const IN_DOUBT_MS = 2_000;

/** Options of a {@link Workload}. */
export interface WorkloadOptions extends RabbitmqOptions {
  /** Name of the endpoint. */
  readonly name: string;
  readonly publishTimeoutMs: number;
  /** How many send at once, each one message after another. */
  readonly senders: number;
}

/** Sends and handles, without a pause, and keeps the books: what was accepted, what is in doubt, what was handled how often. */
export class Workload {
  readonly bus: Bus;
  readonly accepted = new Set<string>();
  readonly unknown = new Set<string>();
  readonly rejected = new Set<string>();
  /** When each was handled. */
  readonly handled = new Map<string, number[]>();
  readonly #cuts: { readonly from: number; to: number }[] = [];
  /** Of all sends, in milliseconds. */
  slowestMs = 0;
  readonly #options: WorkloadOptions;
  #senders: Promise<unknown> = Promise.resolve();
  #isSending = false;
  #sent = 0;

  constructor(options: WorkloadOptions) {
    const { name, publishTimeoutMs, senders: _senders, ...transport } = options;
    this.#options = options;
    const work = handler(Work, (_message, { messageId }) => {
      const times = this.handled.get(messageId);
      if (times === undefined) this.handled.set(messageId, [performance.now()]);
      else times.push(performance.now());
    });
    const endpoints: Endpoint[] = [endpoint(name, { handlers: [work], concurrency: 20 })];
    this.bus = createBus({
      name: 'load',
      transport: rabbitmq(transport),
      endpoints,
      publishTimeout: publishTimeoutMs,
      provisioning: 'apply',
      logger: silentLogger,
    });
  }

  /** Begins to send. */
  begin(): void {
    this.#isSending = true;
    this.#senders = Promise.all(Array.from({ length: this.#options.senders }, () => this.#sendAll()));
  }

  /** Sends no more; resolves when every send has ended. */
  async end(): Promise<void> {
    this.#isSending = false;
    await this.#senders;
  }

  /** From now on something may be lost on its way. */
  cut(): void {
    this.#cuts.push({ from: performance.now() - IN_DOUBT_MS, to: Number.POSITIVE_INFINITY });
  }

  /** From now on nothing is lost. */
  mended(): void {
    for (const cut of this.#cuts) cut.to = Math.min(cut.to, performance.now());
  }

  /** What was accepted, and not handled. */
  missing(): readonly string[] {
    return Array.from(this.accepted).filter((id) => !this.handled.has(id));
  }

  /** What came more than once, though its send was not in doubt, and its settlement was not on its way at a cut. */
  doubled(): readonly string[] {
    return Array.from(this.handled)
      .filter(([id, times]) => times.length > 1 && !this.unknown.has(id) && !this.#isInDoubt(times))
      .map(([id, times]) => `${id} came at ${times.join(', ')}`);
  }

  /** What was handled, though its sender was told that it is not stored. */
  handledThoughRejected(): readonly string[] {
    return Array.from(this.rejected).filter((id) => this.handled.has(id));
  }

  #isInDoubt([first]: readonly number[]): boolean {
    return this.#cuts.some(({ from, to }) => first !== undefined && first > from && first < to);
  }

  async #sendAll(): Promise<void> {
    while (this.#isSending) {
      this.#sent += 1;
      const id = `${this.#options.name}-${this.#sent}`;
      const begun = performance.now();
      try {
        await this.bus.send(Work, { text: TEXT }, { messageId: id, to: this.#options.name });
        this.accepted.add(id);
      } catch (error) {
        if (!isBusError(error)) throw error;
        (error.code === 'SEND_OUTCOME_UNKNOWN' ? this.unknown : this.rejected).add(id);
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - begun);
    }
  }
}
