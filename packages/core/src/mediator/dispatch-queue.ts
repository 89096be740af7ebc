import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { isOptions, optionProblems } from '../errors/option-problems.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { Runtime, Timer } from '../runtime/runtime.ts';
import { deferred } from '../runtime/deferred.ts';

/** Handling events in the background, within bounds. */
export interface DispatchOptions {
  /** The most events that are handled at once. @default 16 */
  readonly concurrency?: number;
  /** The most events that wait. @default 1024 */
  readonly capacity?: number;
  /**
   * What `publish` does when `capacity` events wait. `wait` resolves when there is room: it slows whoever awaits it, and ends as
   * `QUEUE_FULL` when there is none for 30 s. `reject`: `QUEUE_FULL` at once.
   * `drop` resolves; the event is counted, and the first of a row is logged as `dispatch.dropped`. @default 'wait'
   */
  readonly whenFull?: 'wait' | 'reject' | 'drop';
}

const NUMBERS = ['concurrency', 'capacity'] as const;
const WHEN_FULL: readonly unknown[] = ['wait', 'reject', 'drop'];

/** What is wrong with the options; none where they are absent. */
export function dispatchProblems(options: DispatchOptions | undefined): readonly string[] {
  if (options === undefined) return [];
  const problems = optionProblems('`dispatch`', options, [...NUMBERS, 'whenFull']);
  if (!isOptions(options)) return problems;
  const numbers = NUMBERS.filter(
    (name) => options[name] !== undefined && !(Number.isSafeInteger(options[name]) && (options[name] ?? 0) >= 1),
  );
  return [
    ...problems,
    ...numbers.map((name) => `\`${name}\` of \`dispatch\` is ${nameValue(options[name])}. Use a whole number from 1.`),
    ...(options.whenFull === undefined || WHEN_FULL.includes(options.whenFull)
      ? []
      : [`\`whenFull\` of \`dispatch\` is ${nameValue(options.whenFull)}. Use one of "wait", "reject", "drop".`]),
  ];
}

/** Numbers about events that are handled in the background, since the mediator was created. */
export interface DispatchCounts {
  readonly running: number;
  readonly waiting: number;
  /** Dropped because the queue was full, or because `stop` was given up. */
  readonly dropped: number;
  /** Handled with an error; each is logged as `dispatch.failed`. */
  readonly failed: number;
}

/** An event, ready to be handled. */
export interface DispatchJob {
  readonly contract: string;
  readonly run: () => Promise<void>;
}

/** A producer that waits for longer may be a handler that waits for itself. */
const PATIENCE_MS = 30_000;

interface Producer {
  readonly job: DispatchJob;
  readonly timer: Timer;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A bounded queue of events, and the slots that handle them in the order of their publishing. */
export class DispatchQueue implements DispatchCounts {
  readonly #options: Required<DispatchOptions>;
  readonly #runtime: Runtime;
  #jobs: DispatchJob[] = [];
  #producers: Producer[] = [];
  #idle: (() => void)[] = [];
  #closed = false;
  #isTold = false;
  running = 0;
  dropped = 0;
  failed = 0;

  constructor({ concurrency = 16, capacity = 1_024, whenFull = 'wait' }: DispatchOptions, runtime: Runtime) {
    this.#options = { concurrency, capacity, whenFull };
    this.#runtime = runtime;
  }

  get waiting(): number {
    return this.#jobs.length;
  }

  /** Resolves when the event has a place. @throws MessageError `QUEUE_FULL`; ConfigurationError `BUS_STOPPED` */
  async add(job: DispatchJob): Promise<void> {
    if (this.#closed) throw stopped(job);
    const hasRoom = this.running < this.#options.concurrency || this.#jobs.length < this.#options.capacity;
    if (hasRoom) this.#take(job);
    else await this.#full(job);
  }

  /** Takes nothing more, and resolves when all that has a place is handled; when `signal` aborts, what waits is dropped. */
  async drain(signal: AbortSignal | undefined): Promise<void> {
    this.#closed = true;
    for (const { job, timer, reject } of this.#producers.splice(0)) {
      timer.cancel();
      reject(stopped(job));
    }
    if (this.running === 0) return;
    const idle = deferred();
    const giveUp = (): void => {
      for (const job of this.#jobs.splice(0)) this.#drop(job);
      idle.resolve();
    };
    this.#idle.push(idle.resolve);
    if (signal?.aborted === true) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    await idle.promise;
    signal?.removeEventListener('abort', giveUp);
  }

  #full(job: DispatchJob): Promise<void> {
    const { whenFull, capacity } = this.#options;
    if (whenFull === 'wait') return this.#wait(job);
    if (whenFull === 'drop') {
      this.#drop(job);
      return Promise.resolve();
    }
    throw queueFull(job, capacity, "Publish slower, raise `dispatch.capacity`, or choose `whenFull: 'wait'`.");
  }

  #wait(job: DispatchJob): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#runtime.setTimer(PATIENCE_MS, () => {
        this.#producers.splice(this.#producers.indexOf(producer), 1);
        const wayOut = `There was no room for ${PATIENCE_MS} ms. A handler publishes by its context, or waits for itself; else handle faster.`;
        reject(queueFull(job, this.#options.capacity, wayOut));
      });
      const producer: Producer = { job, timer, resolve, reject };
      this.#producers.push(producer);
    });
  }

  #take(job: DispatchJob): void {
    if (this.running >= this.#options.concurrency) {
      this.#jobs.push(job);
      return;
    }
    this.running += 1;
    void this.#runSlot(job);
  }

  async #runSlot(first: DispatchJob): Promise<void> {
    for (let job: DispatchJob | undefined = first; job !== undefined; job = this.#next()) {
      try {
        await job.run();
      } catch (error) {
        this.failed += 1;
        this.#runtime.logger.error(
          { event: LOG_EVENTS.dispatchFailed, contract: job.contract, error },
          'an event was published, and a handler failed',
        );
      }
    }
    this.running -= 1;
    if (this.running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** The next event; the place that it leaves goes to whoever has waited longest. */
  #next(): DispatchJob | undefined {
    const next = this.#jobs.shift();
    const producer = this.#producers.shift();
    if (producer === undefined) {
      if (this.#jobs.length * 2 <= this.#options.capacity) this.#isTold = false;
      return next;
    }
    producer.timer.cancel();
    producer.resolve();
    if (next === undefined) return producer.job;
    this.#jobs.push(producer.job);
    return next;
  }

  #drop({ contract }: DispatchJob): void {
    this.dropped += 1;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#runtime.logger.warn(
      { event: LOG_EVENTS.dispatchDropped, contract, waiting: this.#jobs.length, dropped: this.dropped },
      'an event was dropped because too many wait; said once until half of them are handled',
    );
  }
}

function queueFull({ contract }: DispatchJob, capacity: number, wayOut: string): MessageError {
  return new MessageError('QUEUE_FULL', `"${contract}" was not published: ${capacity} events wait already. ${wayOut}`, {
    details: { contract, capacity },
  });
}

function stopped({ contract }: DispatchJob): ConfigurationError {
  return new ConfigurationError('BUS_STOPPED', `"${contract}" was not published: the mediator stops. Publish before stopping.`);
}
