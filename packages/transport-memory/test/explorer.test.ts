import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeContext, RecoveryOptions } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, retry, UnrecoverableError } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { seededRandom, virtualRuntime } from '@waybill/simulation';
import type { MemoryBroker, MemoryLikeness } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';
import { stateOf } from '../src/memory-broker.ts';

interface Work {
  readonly id: string;
  readonly key: string;
}
const Free = defineCommand<Work>('explored.free', { endpoint: 'free' });
const Laned = defineCommand<Work>('explored.laned', { endpoint: 'laned' });
const Unknown = defineCommand<Work>('explored.unknown', { endpoint: 'free' });
const Told = defineEvent<Work>('explored.told');

const FORMS = ['memory', 'rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'] as const;
const ENDPOINTS = ['free', 'laned'] as const;
const PREFETCH = 6;
const MINUTE = 60_000;
/** Five of each endpoint, before a lower limit takes effect. */
const MOST_AT_ONCE = 10;

/** One life of a bus, in which everything is chosen by a seed. */
class Exploration {
  readonly broken: string[] = [];
  readonly #random: () => number;
  readonly #runtime: VirtualRuntime;
  readonly #broker: MemoryBroker;
  readonly #bus: Bus;
  /** Messages that were accepted, and those that have come to an end; by their own id. */
  readonly #accepted = new Set<string>();
  readonly #ended = new Set<string>();
  #open = 0;

  #running = 0;
  #taking = false;
  #healed = false;
  #sent = 0;
  readonly #form: (typeof FORMS)[number];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.#form = FORMS[seed % FORMS.length] as (typeof FORMS)[number];
    const like = this.#form === 'memory' ? {} : { like: this.#form as MemoryLikeness };
    this.#broker = memoryBroker({ ...like, random: this.#random });
    this.#runtime = virtualRuntime({ seed, ids: 'seeded' });
    this.#bus = this.#makeBus();
  }

  /** Chaos, then health; then all that was accepted must have come to an end, and nothing be left over. */
  async run(): Promise<readonly string[]> {
    await this.#start();
    for (let step = 0; step < 30; step += 1) {
      this.#act();
      if (this.#chance(0.6)) await this.#runtime.settle();
      if (this.#chance(0.3)) await this.#runtime.advance(this.#pick([1, 100, 1_000, 40_000]));
    }
    this.#healed = true;
    this.#broker.faults.calm();
    await this.#runtime.advance(5 * MINUTE);
    await this.#start();
    for (const name of ENDPOINTS) await this.#bus.endpoint(name).resume();
    for (let waited = 0; waited < 12 && this.#missing().length > 0; waited += 1) await this.#runtime.advance(5 * MINUTE);
    this.#collectSkipped();
    for (const id of this.#missing()) this.broken.push(`${id} was accepted and is nowhere`);
    await this.#stop();
    if (this.#open > 0) this.broken.push(`${this.#open} calls never settled`);
    if (this.#runtime.openTimers > 0)
      this.broken.push(`${this.#runtime.openTimers} timers are left, the next in ${this.#runtime.nextTimer()}`);
    for (const line of this.#broker.inUse()) this.broken.push(`${line} is left`);
    return this.broken;
  }

  #makeBus(): Bus {
    const transport = memory({ broker: this.#broker });
    const onWait = transport.capabilities.lanes.onWait[0];
    const handle = (work: Work, context: ConsumeContext): void | Promise<void> => this.#handle(work, context);
    const shared = { concurrency: 3, prefetch: PREFETCH, timeout: '20s' } as const;
    return createBus({
      name: 'explored',
      transport,
      runtime: this.#runtime,
      drainTimeout: '5s',
      publishTimeout: '5s',
      publishes: [Told],
      endpoints: [
        endpoint('free', { ...shared, recovery: this.#policy(), handlers: [handler(Free, handle, { timeout: '20s' })] }),
        endpoint('laned', {
          ...shared,
          recovery: this.#policy(),
          ...(onWait === undefined ? {} : { ordered: { onWait } }),
          handlers: [handler(Laned, handle, { timeout: '20s' }), handler(Told, handle, { timeout: '20s' })],
        }),
      ],
    });
  }

  #policy(): RecoveryOptions {
    const redeliver = this.#pick([[], ['1s'], ['1s', '10s']] as const);
    return { retries: this.#pick([0, 2, retry.interval({ retries: 1, every: '3s' })]), redeliver };
  }

  #handle(work: Work, context: ConsumeContext): void | Promise<void> {
    if (!this.#taking) this.broken.push(`${work.id} began after stop`);
    this.#running += 1;
    if (this.#running > MOST_AT_ONCE) this.broken.push(`${this.#running} run at once`);
    const chosen = this.#healed ? 0 : this.#random();
    if (chosen < 0.4) return this.#finish(work);
    if (chosen < 0.45) {
      this.#running -= 1;
      throw this.#chance(0.3) ? new UnrecoverableError('never') : new Error('not now');
    }
    return this.#handleLater(work, context, chosen);
  }

  async #handleLater(work: Work, context: ConsumeContext, chosen: number): Promise<void> {
    try {
      if (chosen > 0.95)
        await new Promise<void>((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)));
      await this.#runtime.sleep(this.#pick([0, 5, 500, 2_000]));
      if (chosen > 0.85) throw new Error('later');
      if (chosen > 0.7) {
        const work2 = this.#next();
        await (this.#chance(0.5) ? context.send(Free, work2) : context.publish(Told, work2, { partitionKey: work2.key }));
      }
    } catch (error) {
      this.#running -= 1;
      throw error;
    }
    this.#finish(work);
  }

  #finish({ id }: Work): void {
    this.#running -= 1;
    this.#ended.add(id);
  }

  #next(): Work {
    this.#sent += 1;
    return { id: `w${this.#sent}`, key: this.#pick(['a', 'b', 'c']) };
  }

  #act(): void {
    const { faults } = this.#broker;
    const acts: readonly (() => unknown)[] = [
      () => this.#send(),
      () => this.#send(),
      () => this.#send(),
      () => this.#send(),
      () => this.#send(),
      () => this.#send(),
      () => faults.failSettlements(1 + Math.floor(this.#random() * 3)),
      () => faults.dropConfirms(1),
      () => faults.rejectSends(1),
      () => faults.duplicate(1),
      () => faults.cutConnections(),
      () => faults.expireLocks(this.#pick(ENDPOINTS)),
      () => faults.losePartitions(this.#pick(ENDPOINTS)),
      () => faults.reorder('free'),
      () => this.#control(),
      () => this.#control(),
      () => (this.#chance(0.3) ? this.#restart() : undefined),
    ];
    void this.#pick(acts)();
  }

  #restart(): void {
    this.#track(this.#stop());
    if (this.#chance(0.5)) this.#track(this.#start());
    else this.#track(this.#runtime.sleep(3_000).then(() => this.#start()));
  }

  #start(): Promise<void> {
    this.#taking = true;
    return this.#bus.start().catch(() => undefined);
  }

  async #stop(): Promise<void> {
    this.#taking = false;
    const stopping = this.#bus.stop();
    if (this.#healed) await this.#runtime.advance(MINUTE);
    await stopping;
  }

  #control(): void {
    if (this.#bus.state !== 'started') return;
    const control = this.#bus.endpoint(this.#pick(ENDPOINTS));
    const chosen = this.#random();
    if (chosen < 0.3) this.#track(control.pause());
    else if (chosen < 0.7) this.#track(control.resume());
    else control.setConcurrency(1 + Math.floor(this.#random() * 5));
  }

  #send(): void {
    for (let count = 0; count < 5; count += 1) {
      const work = this.#next();
      const contract = this.#pick([Free, Laned, Laned, Unknown]);
      const options = { partitionKey: work.key };
      this.#track(this.#bus.send(contract, work, options).then(() => void this.#accepted.add(work.id)));
    }
  }

  #track(call: Promise<unknown>): void {
    this.#open += 1;
    call.catch(() => undefined).finally(() => (this.#open -= 1));
  }

  #missing(): string[] {
    this.#look();
    return Array.from(this.#accepted).filter((id) => !this.#ended.has(id));
  }

  /** What stands in the dead letters, or was set aside, has come to an end. */
  #look(): void {
    const state = stateOf(this.#broker);
    for (const place of state.places.values()) for (const letter of place.deadLetters.values()) this.#endOf(letter.message.body);
  }

  #endOf(body: Uint8Array): void {
    const { id } = JSON.parse(new TextDecoder().decode(body)) as Work;
    this.#ended.add(id);
  }

  #collectSkipped(): void {
    this.#look();
    const skipped = stateOf(this.#broker).places.get('free.skipped');
    const taker = { wake: () => undefined };
    skipped?.join(taker);
    for (let stored = skipped?.take(taker, this.#runtime); stored !== undefined; stored = skipped?.take(taker, this.#runtime))
      this.#endOf(stored.body);
    skipped?.leave(taker);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }
  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }
}

const SEEDS = 140;
describe('whatever happens', () => {
  it('nothing is lost and nothing is left over', async () => {
    const failures: string[] = [];
    for (let seed = 0; seed < SEEDS; seed += 1) {
      const broken = await new Exploration(seed).run();
      if (broken.length > 0) failures.push(`seed ${seed} (${FORMS[seed % FORMS.length]}): ${broken.slice(0, 4).join('; ')}`);
    }
    expect(failures).toEqual([]);
  }, 60_000);
});
