import type { GuardedTransport, IMessageTransport, Runtime, TransportCapabilities, TransportState } from '@waybill/core/transport';
import { guardTransport } from '@waybill/core/transport';
import { CaseRun } from '../case-run.ts';
import { expectThat } from '../runner.ts';
import { PlayedPart } from './case-process.ts';
import type { FaultKind, FaultOptions, InjectedFault } from './fault-port.ts';
import type { OwnProcessEnd } from './own-process.ts';
import type { ProcessPart } from './process-parts.ts';
import type { TransportHarness } from './transport-harness.ts';

/** In real time. */
const LONGEST_PROCESS_MS = 120_000;

/** What one case works with: a runtime of its own, transports that are closed after it, and faults that are counted. */
export class CaseHarness extends CaseRun {
  /** What the transport can do in general. */
  readonly capabilities: TransportCapabilities;
  readonly #harness: TransportHarness;
  readonly #openBefore: readonly string[];
  readonly #asked = new Map<FaultKind, { readonly before: number; times: number }>();
  readonly #faults: InjectedFault[] = [];

  constructor(harness: TransportHarness) {
    super(harness);
    this.#harness = harness;
    this.#openBefore = harness.leftovers?.() ?? [];
    this.capabilities = harness.create().capabilities;
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

  /** What is open at the broker and was not when the case began; empty where the harness cannot tell. */
  override leftovers(): readonly string[] {
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
    const late = this.host.setTimer(LONGEST_PROCESS_MS, () => void played.end());
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
    if (this.isVirtual) await this.quiet();
    return fault;
  }

  /** Ends what the case began, then fails when something is left behind, or when a fault did not happen. */
  override async finish(): Promise<void> {
    await super.finish();
    for (const [kind, { before, times }] of this.#asked) {
      const happened = (this.#harness.faults?.happened(kind) ?? 0) - before;
      expectThat(happened === times, `the fault "${kind}" was asked for ${times} times and happened ${happened} times`);
    }
  }

  /** Ends the faults first, then what else the case began. */
  override async abandon(): Promise<void> {
    for (const fault of this.#faults.splice(0)) this.own(() => fault.end());
    try {
      await super.abandon();
    } finally {
      this.#harness.faults?.calm?.();
      if (this.isVirtual) await this.quiet();
    }
  }
}
