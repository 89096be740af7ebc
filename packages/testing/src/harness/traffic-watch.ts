import type { Middleware, OutgoingContext } from '@waybill/core';
import type { ITransportTopology, SendOutcome, TransportEntry, TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryBroker } from '@waybill/transport-memory';
import type { SeededFaults } from '../faults/seeded-faults.ts';
import type { Recorder } from '../recording/recorder.ts';
import type { TransportWatch } from '../recording/recording-transport.ts';
import type { Activity } from './activity.ts';
import { ChainGuard } from './chain-guard.ts';

/** What a {@link TrafficWatch} works with. */
export interface TrafficParts {
  readonly recorder: Recorder;
  readonly activity: Activity;
  readonly faults: SeededFaults | undefined;
  readonly broker: MemoryBroker;
  readonly topology: ITransportTopology;
  readonly elapsed: () => number;
  /** Commands for endpoints that are not there are stored at endpoints made for them. */
  readonly accepts: boolean;
}

/** Sees all that goes to the broker: records it, and lets it go wrong where that is wanted. */
export class TrafficWatch implements TransportWatch {
  readonly chains: ChainGuard;
  readonly #parts: TrafficParts;
  /** The endpoint whose handler sent an entry. */
  readonly #origins = new WeakMap<object, string>();
  readonly #others = new Set<string>();

  constructor(parts: TrafficParts) {
    this.#parts = parts;
    this.chains = new ChainGuard(parts.elapsed);
  }

  /** Remembers which handler sends. */
  readonly sendMiddleware: Middleware<OutgoingContext> = (context, next) => {
    if (context.parent !== undefined) this.#origins.set(context, context.parent.endpoint);
    return next(context);
  };

  /** Endpoints of other services, made because something was sent there. */
  get others(): ReadonlySet<string> {
    return this.#others;
  }

  drops(entries: readonly TransportEntry[]): boolean {
    return entries.filter(({ headers }) => this.chains.extend(headers)).length > 0;
  }

  outside<T>(work: () => T): T {
    return this.#parts.activity.outside(work);
  }

  beforeSend(entries: readonly TransportEntry[]): Promise<void> | undefined {
    this.#parts.faults?.beforeSend(entries);
    const missing = this.#parts.accepts ? this.#missing(entries) : [];
    return missing.length === 0 ? undefined : this.#declare(missing);
  }

  afterSend(entries: readonly TransportEntry[], outcomes: readonly SendOutcome[]): readonly SendOutcome[] {
    entries.forEach((entry, index) => {
      if (outcomes[index]?.status === 'accepted') this.#record(entry);
    });
    this.#parts.activity.moved();
    return this.#parts.faults?.afterSend(entries, outcomes) ?? outcomes;
  }

  beforeAck(message: TransportMessage): void {
    this.#parts.faults?.beforeAck(message);
  }

  #record(entry: TransportEntry): void {
    const { destination, headers } = entry;
    const isSetAside = headers.get(HEADERS.reason) !== undefined;
    if (isSetAside) return;
    const place = destination.kind === 'reply' ? destination.address : destination.name;
    const kind = ({ endpoint: 'sent', topic: 'published', reply: 'replied' } as const)[destination.kind];
    this.#parts.recorder.left(kind, place, entry, this.#origins.get(entry));
  }

  #missing(entries: readonly TransportEntry[]): readonly string[] {
    const wanted = entries.flatMap(({ destination, headers }) =>
      destination.kind === 'endpoint' && headers.get(HEADERS.reason) === undefined && !this.#others.has(destination.name)
        ? [destination.name]
        : [],
    );
    if (wanted.length === 0) return [];
    const known = this.#parts.broker.endpoints();
    return wanted.filter((name) => !known.includes(name));
  }

  async #declare(names: readonly string[]): Promise<void> {
    const { topology } = this.#parts;
    const endpoints = names.map((name) => ({
      name,
      deadLetter: `${name}.dead-letter`,
      skipped: `${name}.skipped`,
      ordered: false,
      redeliveryDelaysMs: [],
      options: undefined,
    }));
    await topology.apply(topology.plan({ endpoints, topics: [], subscriptions: [] }));
    for (const name of names) this.#others.add(name);
  }
}
