import type { GuardedTransport, IMessageTransport, Runtime, TransportCapabilities, TransportState } from '@waybill/core/transport';
import { guardTransport, systemRuntime } from '@waybill/core/transport';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import { expectThat } from '../runner.ts';
import { PlayedPart } from './case-process.ts';
import type { FaultKind, FaultOptions, InjectedFault } from './fault-port.ts';
import { LogRecorder } from './log-recorder.ts';
import type { OwnProcessEnd } from './own-process.ts';
import type { ProcessPart } from './process-parts.ts';
import type { TransportHarness } from './transport-harness.ts';

const PATIENCE_MS = 5_000;
const QUIET_MS = 300;
/** A bus with a handler that never ends is given up after its drain timeout. */
const LONGEST_END_MS = 60_000;
/** In real time. */
const LONGEST_PROCESS_MS = 120_000;
/** In real time: how often a condition is looked at. */
const POLL_MS = 5;

/** What one case works with: a runtime of its own, transports that are closed after it, and faults that are counted. */
export class CaseHarness {
  /** Virtual where the transport allows it. Pass it to whatever the case makes. */
  readonly runtime: Runtime;
  readonly log: LogRecorder = new LogRecorder();
  /** What the transport can do in general. */
  readonly capabilities: TransportCapabilities;
  /** The longest that anything may take that must happen, in milliseconds. */
  readonly patienceMs: number;
  /** In real time: how long nothing must happen before nothing will, in milliseconds. */
  readonly quietMs: number;
  readonly #harness: TransportHarness;
  readonly #host: Runtime;
  readonly #openBefore: readonly string[];
  readonly #virtual: VirtualRuntime | undefined;
  readonly #owned: (() => Promise<unknown>)[] = [];
  readonly #asked = new Map<FaultKind, { readonly before: number; times: number }>();
  readonly #faults: InjectedFault[] = [];

  constructor(harness: TransportHarness) {
    this.#harness = harness;
    this.#openBefore = harness.leftovers?.() ?? [];
    this.#virtual = harness.virtualTime === true ? virtualRuntime({ logger: this.log }) : undefined;
    this.#host = systemRuntime({ logger: this.log });
    this.runtime = this.#virtual ?? this.#host;
    this.patienceMs = harness.patienceMs ?? PATIENCE_MS;
    this.quietMs = harness.quietMs ?? QUIET_MS;
    this.capabilities = harness.create().capabilities;
  }

  /** True where hours pass at once. A case that needs more real time than it may take asks first. */
  get isVirtual(): boolean {
    return this.#virtual !== undefined;
  }

  /** A new transport, not open, as its author made it. It is not closed after the case: whoever opens it closes it. */
  createBare(): IMessageTransport {
    return this.#harness.create();
  }

  /** A new transport behind its guard, not open; closed after the case. */
  create(publishTimeoutMs: number = this.patienceMs): GuardedTransport {
    const transport = guardTransport(this.createBare(), { publishTimeoutMs });
    this.own(() => transport.close());
    return transport;
  }

  /** Options to open a transport with; `states` hears how the connection is. */
  openOptions(states: TransportState[] = []): { readonly runtime: Runtime; readonly onState: (state: TransportState) => void } {
    return { runtime: this.runtime, onState: (state) => void states.push(state) };
  }

  /** Does this after the case, the last first, whatever came of it. */
  own(end: () => Promise<unknown>): void {
    this.#owned.push(end);
  }

  /** A name for an endpoint that nobody else uses, in no other case and no other run; ids of virtual time repeat. */
  uniqueName(): string {
    return `conformance.${this.#host.id()}`;
  }

  /** Lets time pass. In real time it waits as long. */
  async pass(milliseconds: number): Promise<void> {
    if (this.#virtual !== undefined) return this.#virtual.advance(milliseconds);
    await new Promise<void>((resolve) => void this.runtime.setTimer(milliseconds, resolve));
  }

  /** Lets so much of that time pass as a case may take: all of it in virtual time, else no more than its patience. Tells whether it was all. */
  async passMost(milliseconds: number): Promise<boolean> {
    const most = this.isVirtual ? milliseconds : Math.min(milliseconds, this.patienceMs);
    await this.pass(most);
    return most === milliseconds;
  }

  /** Lets everything happen that happens by itself: afterwards what has not come will not come. No virtual time passes. */
  async quiet(): Promise<void> {
    return this.#virtual === undefined ? this.pass(this.quietMs) : this.#virtual.settle();
  }

  /** Waits until the condition holds, time passing where it must; fails with `what` and `soFar` when patience ends. */
  async until(what: string, holds: () => boolean | Promise<boolean>, soFar: () => string = () => ''): Promise<void> {
    const deadline = this.runtime.monotonic() + this.patienceMs;
    for (;;) {
      await this.#virtual?.settle();
      if (await holds()) return;
      expectThat(this.runtime.monotonic() < deadline, `${what}, was awaited for ${this.patienceMs} ms; ${soFar()}`);
      await this.#step(deadline);
    }
  }

  /** The result of a promise, time passing where it must; fails when it takes longer than `withinMs`. */
  async within<T>(withinMs: number, what: string, work: Promise<T>): Promise<T> {
    const deadline = this.runtime.monotonic() + withinMs;
    let isSettled = false;
    const settled = (): void => {
      isSettled = true;
    };
    work.then(settled, settled);
    await Promise.resolve();
    for (;;) {
      await this.#virtual?.settle();
      if (isSettled) return work;
      expectThat(this.runtime.monotonic() < deadline, `${what} took longer than ${withinMs} ms`);
      await this.#step(deadline);
    }
  }

  /** Timers that are set and neither run nor cancelled; `undefined` in real time, where nobody counts them. */
  get openTimers(): number | undefined {
    return this.#virtual?.openTimers;
  }

  /** What is open at the broker and was not when the case began; empty where the harness cannot tell. */
  leftovers(): readonly string[] {
    const open = [...(this.#harness.leftovers?.() ?? [])];
    for (const one of this.#openBefore) if (open.includes(one)) open.splice(open.indexOf(one), 1);
    return open;
  }

  /** True when the harness can make all of these faults. */
  offers(kinds: readonly FaultKind[]): boolean {
    const offered = this.#harness.faults?.kinds;
    return kinds.every((kind) => {
      if (kind === 'own-process') return this.#harness.alone !== undefined;
      return offered?.has(kind) === true || (kind === 'kill-consumer' && this.hasProcesses);
    });
  }

  /** A bus lives once, in a process of its own; tells how that process ended. */
  alone(): Promise<OwnProcessEnd> {
    if (this.#harness.alone !== undefined) return this.#harness.alone();
    throw new Error("conformance: the harness runs no process of its own; name 'own-process' in `needsKill`");
  }

  /** True where processes of their own reach the same broker: their kills and freezes are real. */
  get hasProcesses(): boolean {
    return this.#harness.process !== undefined;
  }

  /** Starts a process that plays a part. It is ended after the case, and where it goes on for too long. */
  startProcess(part: ProcessPart): PlayedPart {
    const start = this.#harness.process?.bind(this.#harness);
    if (start === undefined) throw new Error('conformance: the harness starts no processes; ask `hasProcesses`');
    const played = new PlayedPart(this, part, start);
    const late = this.#host.setTimer(LONGEST_PROCESS_MS, () => void played.end());
    this.own(async () => {
      late.cancel();
      await played.end();
    });
    return played;
  }

  /** Asks for a fault; after the case it must have happened as often as it was asked for. */
  async inject(kind: FaultKind, options: FaultOptions = {}): Promise<InjectedFault> {
    const port = this.#harness.faults;
    expectThat(port !== undefined && port.kinds.has(kind), `the harness has no fault "${kind}"; name it in \`needsKill\``);
    const asked = this.#asked.get(kind) ?? { before: port.happened(kind), times: 0 };
    asked.times += options.count ?? 1;
    this.#asked.set(kind, asked);
    const fault = await port.inject(kind, options);
    this.#faults.push(fault);
    await this.#virtual?.settle();
    return fault;
  }

  /** Ends what the case began, then fails when something is left behind, or when a fault did not happen. */
  async finish(): Promise<void> {
    await this.abandon();
    await this.#host.yield(); // the process tells of rejections that nobody handled after a turn of the loop
    expectThat((this.openTimers ?? 0) === 0, `${this.openTimers} timers are left after everything was closed`);
    const left = this.leftovers();
    expectThat(left.length === 0, `open at the broker after everything was closed: ${left.join(', ')}`);
    for (const [kind, { before, times }] of this.#asked) {
      const happened = (this.#harness.faults?.happened(kind) ?? 0) - before;
      expectThat(happened === times, `the fault "${kind}" was asked for ${times} times and happened ${happened} times`);
    }
  }

  /** Ends what the case began, all of it, also when a part does not end; then fails with the first that did not. */
  async abandon(): Promise<void> {
    const failures: unknown[] = [];
    const note = (error: unknown): void => void failures.push(error);
    for (const fault of this.#faults.splice(0)) await fault.end().catch(note);
    for (const end of this.#owned.splice(0).toReversed()) await this.within(LONGEST_END_MS, 'the end of a case', end()).catch(note);
    this.#harness.faults?.calm?.();
    await this.#virtual?.settle();
    if (failures.length > 0) throw failures[0];
  }

  /** A little later: in virtual time at the next timer, at the latest at `deadline`. */
  async #step(deadline: number): Promise<void> {
    if (this.#virtual === undefined) return this.pass(POLL_MS);
    await this.#virtual.advance(Math.min(this.#virtual.nextTimer() ?? Infinity, deadline - this.#virtual.monotonic()));
  }
}
