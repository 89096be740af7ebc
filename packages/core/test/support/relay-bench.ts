import type { IOutboxStore } from '@waybill/core/persistence';
import type { SendOutcome, TransportEntry } from '@waybill/core/transport';
import { sleepBy } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import type { VirtualRuntime } from '@waybill/simulation';
import type { MemoryStore } from '@waybill/storage-memory';
import { memoryStore } from '@waybill/storage-memory';
import { OutboxMonitor } from '../../src/outbox/outbox-monitor.ts';
import { OutboxRelay } from '../../src/outbox/outbox-relay.ts';
import type { RelayOptions } from '../../src/outbox/relay-options.ts';
import { resolveRelayOptions } from '../../src/outbox/relay-options.ts';
import type { LogFields, Runtime } from '@waybill/core';

export const SCOPE = 'shop';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message on its way: its id is its body. */
export const entryOf = (id: string, partitionKey?: string, bytes = 0): TransportEntry => ({
  destination: { kind: 'endpoint', name: 'orders' },
  headers: new Map([['waybill-id', id]]),
  body: bytes === 0 ? encoder.encode(id) : new Uint8Array(bytes),
  ...(partitionKey === undefined ? {} : { partitionKey }),
});

export const idOf = ({ headers }: Pick<TransportEntry, 'headers'>): string => headers.get('waybill-id') as string;

/** What a broker says to an entry; nothing accepts it. `lost` is accepted without an answer, `silent` never answered; of `held-back` it was not asked. */
export type Verdict = 'rejected' | 'held-back' | 'refused' | 'unknown' | 'lost' | 'silent' | 'throws' | undefined;

/** A broker that answers after `latencyMs`, as the port says: behind a failure of a key nothing of that key is accepted. */
export class ScriptedBroker {
  readonly accepted: string[] = [];
  readonly calls: (readonly string[])[] = [];
  latencyMs = 0;
  /** Instead of `latencyMs`, for each call anew; then it also accepts only when it answers. */
  latencyOf: (() => number) | undefined;
  isConnected = true;
  verdictOf: (id: string) => Verdict = () => undefined;

  async send(entries: readonly TransportEntry[], runtime: Runtime, signal: AbortSignal): Promise<readonly SendOutcome[]> {
    this.calls.push(entries.map(idOf));
    const verdicts = entries.map((entry) => this.verdictOf(idOf(entry)));
    if (verdicts.includes('throws')) throw new Error('this entry is strange');
    const isSilent = verdicts.includes('silent');
    const latencyMs = this.latencyOf?.() ?? this.latencyMs;
    if (this.latencyOf !== undefined && latencyMs > 0) await after(runtime, latencyMs);
    const blocked = new Set<string>();
    const outcomes = entries.map((entry, index) => (isSilent ? UNKNOWN : this.#outcomeOf(entry, verdicts[index], blocked)));
    if (isSilent) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    if (this.latencyOf === undefined && latencyMs > 0) await after(runtime, latencyMs);
    return outcomes;
  }

  #outcomeOf(entry: TransportEntry, verdict: Verdict, blocked: Set<string>): SendOutcome {
    const { partitionKey } = entry;
    if (partitionKey !== undefined && blocked.has(partitionKey)) return { status: 'rejected', code: 'LANE_BLOCKED', retryable: true };
    if (verdict === undefined || verdict === 'lost') this.accepted.push(idOf(entry));
    if (verdict === undefined) return { status: 'accepted', nativeId: idOf(entry) };
    if (partitionKey !== undefined) blocked.add(partitionKey);
    if (verdict === 'unknown' || verdict === 'lost') return UNKNOWN;
    if (verdict === 'held-back') return { status: 'rejected', code: 'SEND_REJECTED', retryable: true, heldBack: true };
    return { status: 'rejected', code: 'SEND_REJECTED', retryable: verdict === 'rejected', cause: new Error(`${idOf(entry)} is bad`) };
  }
}

const UNKNOWN: SendOutcome = { status: 'unknown' };
const after = (runtime: Runtime, ms: number): Promise<void> => new Promise((resolve) => void runtime.setTimer(ms, resolve));

/** What can be done to the statements of one process. */
export interface StatementFault {
  /** Called before a statement is carried out; what it throws, or waits for, the process sees instead. */
  before: (operation: string) => Promise<void> | void;
  /** Called after it was carried out. */
  after: (operation: string) => Promise<void> | void;
}

/** A process with one relay: it can be frozen, thawed and killed. */
export class RelayProcess {
  readonly relay: OutboxRelay;
  readonly monitor: OutboxMonitor;
  readonly statements: string[] = [];
  readonly relays = new Set<string>();
  readonly logged: (LogFields & { readonly level: string })[] = [];
  readonly sent: string[] = [];
  fault: StatementFault = { before: () => undefined, after: () => undefined };
  hints = true;
  /** Called where it lets the event loop turn, before that has turned. */
  onYield: () => void = () => undefined;
  /** So far its clock for durations is behind, because the machine slept; ahead, where it is negative: then its timers come late. */
  sleptMs = 0;
  #thawed: Promise<void> | undefined;
  #thaw: () => void = () => undefined;

  constructor(bench: RelayBench, options: RelayOptions) {
    const runtime = this.#runtimeOf(bench.runtime);
    const store = this.#storeOf(bench.store.outbox as IOutboxStore);
    const resolved = resolveRelayOptions(options);
    this.monitor = new OutboxMonitor({ store, scope: SCOPE, runtime, alarmAfterMs: resolved.alarmAfterMs, counts: undefined });
    this.relay = new OutboxRelay(
      {
        store,
        scope: SCOPE,
        runtime,
        monitor: this.monitor,
        isConnected: () => bench.broker.isConnected,
        send: async (entries, signal) => {
          this.sent.push(...entries.map(idOf));
          return this.#whenThawed(bench.broker.send(entries, runtime, signal));
        },
      },
      resolved,
    );
  }

  /** Nothing of this process runs any more, until it is thawed. */
  freeze(): void {
    this.#thawed = new Promise((resolve) => {
      this.#thaw = resolve;
    });
  }

  /** Nothing of this process runs ever again, and no statement of it is carried out. */
  kill(): Promise<void> {
    this.freeze();
    this.fault.before = () => new Promise(() => undefined);
    return new Promise(() => undefined);
  }

  thaw(): void {
    this.#thawed = undefined;
    this.#thaw();
  }

  events(name: string): number {
    return this.logged.filter(({ event }) => event === name).length;
  }

  async #whenThawed<Value>(work: Promise<Value>): Promise<Value> {
    try {
      return await work;
    } finally {
      while (this.#thawed !== undefined) await this.#thawed;
    }
  }

  #runtimeOf(runtime: VirtualRuntime): Runtime {
    const log =
      (level: string) =>
      (fields: LogFields): void =>
        void this.logged.push({ ...fields, level });
    const setTimer: Runtime['setTimer'] = (delayMs, callback) => {
      let isCancelled = false;
      const timer = runtime.setTimer(delayMs, () => {
        if (this.#thawed === undefined) callback();
        else void this.#thawed.then(() => !isCancelled && callback());
      });
      return {
        cancel: () => {
          isCancelled = true;
          timer.cancel();
        },
      };
    };
    return {
      isVirtual: true,
      now: () => runtime.now(),
      monotonic: () => runtime.monotonic() - this.sleptMs,
      random: () => runtime.random(),
      id: () => runtime.id(),
      yield: () => {
        this.onYield();
        return this.#whenThawed(runtime.yield());
      },
      spawn: (name, task) => runtime.spawn(name, task),
      sleep: sleepBy(setTimer),
      setTimer,
      logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    };
  }

  #storeOf(outbox: IOutboxStore): IOutboxStore {
    const statement = <Value>(operation: string, carryOut: () => Promise<Value>): Promise<Value> =>
      this.#whenThawed(
        (async () => {
          this.statements.push(operation);
          await this.fault.before(operation);
          const value = await carryOut();
          await this.fault.after(operation);
          return value;
        })(),
      );
    return {
      add: (tx, scope, entries) => outbox.add(tx, scope, entries),
      lease: (options) => {
        this.relays.add(options.relay);
        return statement('lease', () => outbox.lease(options));
      },
      leave: (relay) => statement('leave', () => outbox.leave(relay)),
      markSent: (relay, sequences) => statement('markSent', () => outbox.markSent(relay, sequences)),
      markFailed: (relay, failures) => statement('markFailed', () => outbox.markFailed(relay, failures)),
      status: (options) => statement('status', () => outbox.status(options)),
      held: (options) => outbox.held(options),
      decide: (scope, sequence, decision) => outbox.decide(scope, sequence, decision),
      onAdded: (scope, listener) =>
        this.hints ? outbox.onAdded(scope, () => void (this.#thawed === undefined && listener())) : () => undefined,
    };
  }
}

/** One outbox, one broker, any number of processes, in virtual time. */
export class RelayBench {
  readonly runtime: VirtualRuntime;
  readonly store: MemoryStore = memoryStore();
  readonly broker = new ScriptedBroker();

  constructor(seed = 1) {
    this.runtime = virtualRuntime({ seed, ids: 'seeded' });
  }

  async open(): Promise<this> {
    await this.store.open({ runtime: this.runtime, provisioning: 'apply' });
    return this;
  }

  process(options: RelayOptions = {}): RelayProcess {
    return new RelayProcess(this, options);
  }

  /** A process whose relay runs. */
  async running(options: RelayOptions = {}): Promise<RelayProcess> {
    const process = this.process(options);
    process.relay.start();
    await this.runtime.settle();
    return process;
  }

  /** Commits messages in one transaction, each `id` or `[id, key]`. */
  async add(...messages: readonly (string | readonly [string, string])[]): Promise<void> {
    await this.addEntries(...messages.map((one) => ({ entry: typeof one === 'string' ? entryOf(one) : entryOf(...one) })));
  }

  async addEntries(...entries: readonly { readonly entry: TransportEntry; readonly dueAt?: number }[]): Promise<void> {
    await this.store.transact((tx) => this.store.outbox.add(tx, SCOPE, entries));
  }

  /** The ids of what stands in the outbox and is not held, and how often sending each has failed. */
  async left(): Promise<number> {
    const { waiting, delayed } = await this.store.outbox.status({ scope: SCOPE, now: this.runtime.now() });
    return waiting + delayed;
  }

  async held(): Promise<readonly { readonly id: string; readonly reason: string; readonly attempts: number }[]> {
    const rows = await this.store.outbox.held({ scope: SCOPE, limit: 1_000 });
    return rows.map(({ entry, reason, attempts }) => ({ id: idOf(entry), reason, attempts }));
  }
}

export const textOf = (body: Uint8Array): string => decoder.decode(body);
