import type { Bus, BusState, Contract, Duration } from '@waybill/core';
import type { ITransportDeadLetters, Runtime } from '@waybill/core/transport';
import { toMilliseconds } from '@waybill/core/transport';
import type { MemoryBroker } from '@waybill/transport-memory';
import { line } from '../expecting/near-misses.ts';
import type { RecordedMessages, RecordingsView } from '../expecting/recorded-messages.ts';
import { recordedMessages } from '../expecting/recorded-messages.ts';
import { showDuration } from '../expecting/show.ts';
import { failingAtCaller, TestFailure } from '../expecting/test-failure.ts';
import type { SeededFaults } from '../faults/seeded-faults.ts';
import type { RecordedMessage, RecordKind } from '../recording/recorded-message.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { timelineOf } from '../timeline/timeline.ts';
import type { HarnessClock } from './clock.ts';
import type { PassingOptions, TestHarness } from './test-harness.ts';
import type { TrafficWatch } from './traffic-watch.ts';
import { watchedBus } from './watched-bus.ts';

/** What a {@link MemoryTestHarness} is made of. */
export interface HarnessParts {
  readonly bus: Bus;
  readonly clock: HarnessClock;
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly traffic: TrafficWatch;
  readonly faults: SeededFaults | undefined;
  readonly broker: MemoryBroker;
  readonly deadLetters: ITransportDeadLetters;
  readonly seed: number;
  /** With a store there are always timers: those of its relay. */
  readonly hasStore: boolean;
}

const PAGE = 1_000;

/** The harness itself; see {@link TestHarness} for its promises. */
export class MemoryTestHarness implements TestHarness {
  readonly bus: Bus;
  readonly seed: number;
  readonly sent: RecordedMessages<'sent'>;
  readonly published: RecordedMessages<'published'>;
  readonly replied: RecordedMessages<'replied'>;
  readonly consumed: RecordedMessages<'consumed'>;
  readonly faulted: RecordedMessages<'faulted'>;
  readonly deadLettered: RecordedMessages<'deadLettered'>;
  readonly skipped: RecordedMessages<'skipped'>;
  readonly #parts: HarnessParts;

  constructor(parts: HarnessParts) {
    this.#parts = parts;
    this.bus = watchedBus(parts.bus, { watch: (contract, asked) => parts.clock.unlessStuck(asked, () => this.#stuck(contract)) });
    this.seed = parts.seed;
    this.sent = this.#recorded('sent');
    this.published = this.#recorded('published');
    this.replied = this.#recorded('replied');
    this.consumed = this.#recorded('consumed');
    this.faulted = this.#recorded('faulted');
    this.deadLettered = this.#recorded('deadLettered');
    this.skipped = this.#recorded('skipped');
  }

  get state(): BusState {
    return this.bus.state;
  }

  get now(): Date {
    return new Date(this.#parts.runtime.now());
  }

  idle(): Promise<void> {
    return failingAtCaller(() => this.#quiet());
  }

  advance(duration: Duration, { overRunning = false }: PassingOptions = {}): Promise<void> {
    return failingAtCaller(async () => {
      await this.#parts.clock.advance(toMilliseconds(duration, 'duration'), overRunning);
      this.#assertFinite();
    });
  }

  until<T>(work: Promise<T>, { overRunning = false }: PassingOptions = {}): Promise<T> {
    return failingAtCaller(() => this.#parts.clock.until(work, overRunning));
  }

  heal(): void {
    this.#parts.faults?.heal();
  }

  timeline(): Timeline {
    const { recorder, faults } = this.#parts;
    return timelineOf(recorder.all.slice(), faults === undefined ? undefined : `faults by seed ${this.seed}`);
  }

  async start(): Promise<void> {
    await this.#parts.clock.until(this.bus.start(), true);
  }

  async stop(): Promise<void> {
    await this.#parts.clock.until(this.bus.stop(), true);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #recorded<Kind extends RecordKind>(kind: Kind): RecordedMessages<Kind> {
    const { recorder } = this.#parts;
    const view: RecordingsView = {
      all: () => recorder.all,
      quiet: (until) => this.#quiet(until),
      refresh: () => this.#collectExpired(),
      hints: () => this.#hints(),
    };
    return recordedMessages(kind, view);
  }

  async #quiet(until?: () => boolean): Promise<void> {
    await this.#parts.clock.quiet(until);
    this.#assertFinite();
  }

  #assertFinite(): void {
    const { failure } = this.#parts.traffic.chains;
    if (failure !== undefined) throw failure;
  }

  /** Dead letters that the broker has made by itself, because their time was over. */
  async #collectExpired(): Promise<void> {
    const { deadLetters, recorder, broker } = this.#parts;
    for (const endpoint of broker.endpoints()) {
      let after: string | undefined;
      do {
        const page = await deadLetters.list(endpoint, after === undefined ? { limit: PAGE } : { after, limit: PAGE });
        for (const { id, message } of page.letters) recorder.listed(endpoint, id, message);
        after = page.cursor;
      } while (after !== undefined);
    }
  }

  /** A request of the test that only time can answer. */
  #stuck(contract: Contract): TestFailure {
    const failures = this.#parts.recorder.all.filter(({ kind }) => kind === 'faulted');
    return new TestFailure(
      [
        `The request "${contract.name}" waits for time to pass, and nobody lets it: \`await harness.until(harness.bus.request(…))\`.`,
        ...(failures.length === 0 ? [] : ['Attempts that failed:', ...failures.map(line)]),
        ...this.#hints(),
      ].join('\n'),
    );
  }

  #hints(): readonly string[] {
    const { recorder, faults, bus } = this.#parts;
    const waiting = Array.from(waitingIn(recorder.all), (one) => `${one.name} at ${one.place}`);
    return [
      ...(bus.state === 'started' ? [] : [`The bus is ${bus.state}.`]),
      ...this.#timeHint(waiting),
      ...(faults === undefined ? [] : [`Faults went on by seed ${this.seed}: repeat them by \`faults: { seed: ${this.seed}, … }\`.`]),
    ];
  }

  #timeHint(waiting: readonly string[]): readonly string[] {
    const { clock, hasStore } = this.#parts;
    const due = clock.nextDue;
    if (due === undefined) return [];
    if (hasStore && waiting.length === 0) return ['Time stands still: what waits for it comes by `await harness.advance(…)`.'];
    const what = waiting.length === 0 ? '' : ` (${waiting.slice(0, 3).join(', ')})`;
    return [`Something waits for time to pass${what}: \`await harness.advance('${showDuration(due)}')\` reaches the next.`];
  }
}

/** Messages whose last attempt failed and that come again. */
function waitingIn(all: readonly RecordedMessage[]): Iterable<RecordedMessage> {
  const waiting = new Map<string, RecordedMessage>();
  for (const one of all) {
    if (one.attempt === undefined) continue;
    const key = `${one.place} ${one.messageId}`;
    if (one.kind === 'faulted' && (one.next === 'retry' || one.next === 'redeliver')) waiting.set(key, one);
    else waiting.delete(key);
  }
  return waiting.values();
}
