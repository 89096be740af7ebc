import type { Bus, Command, EndpointOptions, LogFields } from '@waybill/core';
import { createBus, defineCommand, endpoint, handler, silentLogger } from '@waybill/core';
import { overlay } from '@waybill/conformance';
import type { DeadLetter, IMessageTransport, ITransportDelivery } from '@waybill/core/transport';
import { LOG_EVENTS } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryBroker, MemoryLikeness } from '../../src/index.ts';
import { memory, memoryBroker } from '../../src/index.ts';

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const never = new Promise<never>(() => undefined);

/** A broker, and what it tells of earlier deliveries where that is not what it counts. */
export interface CrashForm {
  readonly like?: MemoryLikeness;
  readonly flagOnly?: boolean;
  /** What arrives needs so long. */
  readonly latencyMs?: number;
}

/** A bus on a transport of its own, which can be gone without a word. */
export interface Process {
  readonly bus: Bus;
  /** What is being handled in it. */
  readonly running: ReadonlySet<number>;
  kill(): void;
}

/** What the handler does for one message. */
export type Job = (n: number, process: Process) => Promise<void> | void;

/** Processes at one endpoint, `jobs`, in virtual time; what they did, and what they logged. */
export class CrashBench {
  readonly runtime: VirtualRuntime;
  readonly broker: MemoryBroker;
  readonly logged: LogFields[] = [];
  /** How often each message was handled to its end, in a process that lived. */
  readonly done = new Map<number, number>();
  readonly #form: CrashForm;
  readonly #outside: Bus;
  readonly #letters: IMessageTransport;

  private constructor(form: CrashForm) {
    const log = (fields: LogFields): void => void this.logged.push(fields);
    this.#form = form;
    this.runtime = virtualRuntime({ logger: { ...silentLogger, info: log, warn: log, error: log } });
    this.broker = memoryBroker(form.like === undefined ? {} : { like: form.like });
    this.#outside = createBus({ name: 'outside', transport: memory({ broker: this.broker }), runtime: this.runtime });
    this.#letters = memory({ broker: this.broker });
  }

  static async open(form: CrashForm): Promise<CrashBench> {
    const bench = new CrashBench(form);
    await bench.#outside.start();
    await bench.#letters.open({ runtime: bench.runtime, onState: () => undefined });
    return bench;
  }

  /** Begins to live. */
  async live(job: Job, options: Partial<EndpointOptions> = {}): Promise<Process> {
    const transport = memory({ broker: this.broker });
    const running = new Set<number>();
    let isDead = false;
    const handlers = [
      handler(Work, async ({ n }) => {
        running.add(n);
        try {
          await job(n, process);
        } finally {
          running.delete(n);
        }
        if (isDead) await never;
        this.done.set(n, (this.done.get(n) ?? 0) + 1);
      }),
    ];
    const process: Process = {
      bus: createBus({
        name: 'process',
        transport: this.#likeForm(transport),
        runtime: this.runtime,
        endpoints: [endpoint('jobs', { handlers, concurrency: 5, prefetch: 5, ...options })],
      }),
      running,
      kill: () => {
        isDead = true;
        void transport.close();
      },
    };
    await process.bus.start();
    return process;
  }

  #likeForm(transport: IMessageTransport): IMessageTransport {
    const { flagOnly, latencyMs = 0 } = this.#form;
    const flagged = flagOnly === true ? withFlag(transport) : transport;
    if (latencyMs === 0) return flagged;
    return overlay(flagged, {
      receive: (one, options, onDelivery) =>
        flagged.receive(one, options, (delivery) => void this.runtime.setTimer(latencyMs, () => onDelivery(delivery))),
    });
  }

  /** Handles for some time; in a dead process nothing ends. */
  async work(milliseconds = 10): Promise<void> {
    await this.runtime.sleep(milliseconds);
  }

  async send(...numbers: readonly number[]): Promise<void> {
    for (const n of numbers) await this.#outside.send(Work, { n });
  }

  /** So many messages, all in one process' hands when it dies; `times` in a row. */
  async strike(numbers: readonly number[], times: number): Promise<void> {
    for (let time = 0; time < times; time += 1) {
      const process = await this.live(() => never, { concurrency: numbers.length, prefetch: numbers.length, recovery: { maxCrashes: 0 } });
      if (time === 0) await this.send(...numbers);
      await this.runtime.settle();
      process.kill();
    }
  }

  async deadLetters(): Promise<readonly DeadLetter[]> {
    return (await this.#letters.deadLetters.list('jobs', { limit: 100 })).letters;
  }

  /** What was logged of suspects: the crashes of each. */
  suspected(): readonly unknown[] {
    return this.logged.filter(({ event }) => event === LOG_EVENTS.messageSuspected).map(({ crashes }) => crashes);
  }
}

/** A broker that only knows that a message came before. */
function withFlag(transport: IMessageTransport): IMessageTransport {
  const attempts = { kind: 'flag', countsReleases: true } as const;
  const flagged = (delivery: ITransportDelivery): ITransportDelivery => overlay(delivery, { attempt: Math.min(2, delivery.attempt ?? 1) });
  return overlay(transport, {
    capabilities: { ...transport.capabilities, attempts },
    capabilitiesOf: (one) => ({ ...transport.capabilitiesOf(one), attempts }),
    receive: (one, options, onDelivery) => transport.receive(one, options, (delivery) => onDelivery(flagged(delivery))),
  });
}
