import { expect, it } from 'vitest';
import type { Bus, Event, StandardSchema } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, isBusError } from '@waybill/core';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryBroker } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';

interface Note {
  readonly n: number;
}
/** A schema that answers later, so that capturing takes a while. */
const slowly: StandardSchema<Note> = {
  '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: value as Note }) },
};
const Work = defineCommand<Note>('jobs.work');
const Done: Event<Note> = defineEvent('jobs.done', { schema: slowly });
const Noted: Event<Note> = defineEvent('jobs.noted');
const STEPS = 60;
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);

/** Two buses at one broker that live at random, and the books of what they were promised. */
class Life {
  readonly runtime: VirtualRuntime;
  readonly broker: MemoryBroker;
  readonly buses: readonly Bus[];
  readonly accepted = new Set<number>();
  readonly unknown = new Set<number>();
  readonly handled = new Set<number>();
  readonly done: number[] = [];
  readonly noted = new Set<number>();
  readonly flying: Promise<unknown>[] = [];
  isCalm = false;
  /** True once deliveries were lost: those may come twice. */
  isLossy = false;
  #sent = 0;

  constructor(like: 'rabbitmq' | 'kafka' | undefined, seed: number) {
    this.runtime = virtualRuntime({ seed });
    this.broker = memoryBroker(like === undefined ? {} : { like });
    this.buses = [this.#bus('one'), this.#bus('other')];
  }

  below(limit: number): number {
    return Math.floor(this.runtime.random() * limit);
  }

  get bus(): Bus {
    return this.buses[this.below(2)] as Bus;
  }

  send(): void {
    const n = (this.#sent += 1);
    const giveUp = new AbortController();
    if (this.below(10) === 0) this.runtime.setTimer(this.below(500), () => giveUp.abort());
    this.flying.push(this.#noteOutcome(n, this.bus.send(Work, { n }, { signal: giveUp.signal })));
  }

  sendAll(): void {
    const notes = Array.from({ length: 4 }, () => ({ n: (this.#sent += 1) }));
    const sending = this.bus.sendAll(Work, notes).catch(() => []);
    this.flying.push(
      sending.then((outcomes) => {
        for (const [index, { status }] of outcomes.entries()) this.#note((notes[index] as Note).n, status);
      }),
    );
  }

  async #noteOutcome(n: number, sending: Promise<void>): Promise<void> {
    try {
      await sending;
      this.#note(n, 'accepted');
    } catch (error) {
      this.#note(n, isBusError(error, 'SEND_OUTCOME_UNKNOWN') ? 'unknown' : 'rejected');
    }
  }

  #note(n: number, status: string): void {
    if (status === 'accepted') this.accepted.add(n);
    if (status === 'unknown') this.unknown.add(n);
  }

  #bus(name: string): Bus {
    const work = handler(Work, async ({ n }, context) => {
      const mood = this.isCalm ? 0 : this.below(10);
      if (mood > 5) await this.runtime.sleep(this.below(3_000));
      const publishing = context.publish(Done, { n });
      if (mood > 2) await publishing;
      void context.publish(Noted, { n });
      if (mood === 9) throw new Error('refused');
      if (mood === 8) await this.runtime.sleep(50_000, context.signal);
      this.handled.add(n);
    });
    const watch = [handler(Done, ({ n }) => void this.done.push(n)), handler(Noted, ({ n }) => void this.noted.add(n))];
    return createBus({
      name,
      transport: memory({ broker: this.broker }),
      runtime: this.runtime,
      publishes: [Done, Noted],
      drainTimeout: '2s',
      publishTimeout: '5s',
      maxOutstandingPublishes: 5,
      endpoints: [
        endpoint('jobs', { handlers: [work], concurrency: 3, timeout: '20s', recovery: { retries: 1, redeliver: ['1s', '10s'] } }),
        endpoint('watch', { handlers: watch }),
      ],
    });
  }
}

const quietly = (life: Life, work: Promise<void>): void => void life.flying.push(work.catch(() => undefined));

/** What may happen next; some of it more often. */
const HAPPENINGS: readonly ((life: Life) => void | Promise<void>)[] = [
  ...Array.from({ length: 10 }, () => (life: Life) => life.send()),
  (life) => life.sendAll(),
  (life) => life.sendAll(),
  ...Array.from({ length: 5 }, () => (life: Life) => life.runtime.advance(life.below(2_000))),
  (life) => life.runtime.settle(),
  (life) => quietly(life, life.bus.stop()),
  (life) => quietly(life, life.bus.start()),
  ({ broker }) => broker.faults.failSettlements(2),
  ({ broker }) => broker.faults.rejectSends(2),
  ({ broker }) => broker.faults.dropConfirms(1),
  ({ broker, runtime }) => void runtime.setTimer(3_000, broker.faults.holdConfirms()),
  (life) => {
    life.isLossy = life.broker.faults.cutConnections() > 0;
  },
];

/** Nothing is broken any more, and everything gets its time. */
async function calmDown(life: Life): Promise<void> {
  const { runtime, broker, buses } = life;
  broker.faults.calm();
  life.isCalm = true;
  await runtime.advance(100_000);
  for (const bus of buses) {
    await Promise.all([bus.stop(), runtime.advance(30_000)]);
    await Promise.all([bus.start(), runtime.advance(1_000)]);
  }
  await runtime.advance(600_000);
  await Promise.all(life.flying);
}

it.each([undefined, 'rabbitmq', 'kafka'] as const)(
  'whatever happens to two buses, nothing that was accepted is lost (like %s)',
  async (like) => {
    for (const seed of SEEDS) {
      const life = new Life(like, seed);
      const { accepted, unknown, handled, done, noted, buses, runtime } = life;
      await Promise.all(buses.map((bus) => bus.start()));
      for (let step = 0; step < STEPS; step += 1) await HAPPENINGS[life.below(HAPPENINGS.length)]?.(life);
      await calmDown(life);
      const dead = new Set<number>();
      for await (const letter of (buses[0] as Bus).deadLetters('jobs').list()) dead.add((letter.read() as Note).n);
      await Promise.all([...buses.map((bus) => bus.stop()), runtime.advance(60_000)]);
      const completed = Array.from(handled).filter((n) => !dead.has(n));
      expect({
        seed,
        lost: Array.from(accepted).filter((n) => !handled.has(n) && !dead.has(n)),
        unsent: completed.filter((n) => !done.includes(n) || !noted.has(n)),
        doubled: like === undefined && !life.isLossy ? done.filter((n, index) => done.indexOf(n) !== index) : [],
        neverAccepted: completed.filter((n) => !accepted.has(n) && !unknown.has(n)),
        timers: runtime.openTimers,
      }).toEqual({ seed, lost: [], unsent: [], doubled: [], neverAccepted: [], timers: 0 });
      expect(accepted.size).toBeGreaterThan(0);
    }
  },
);
