import type { OutboxStatus } from '../outbox/outbox-store.ts';
import type { ReplyCounts } from './bus.ts';

/** Durations in milliseconds. The percentiles come from a histogram: at most 19 % above the true ones, never above `maxMs`. */
export interface DurationStatistics {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** What became of the messages of one contract at one endpoint. */
export interface ContractStatistics {
  /** `(unknown)` where an attempt ended before the contract was found. */
  readonly contract: string;
  /** Deliveries by how they were settled. */
  readonly handled: number;
  readonly skipped: number;
  readonly redelivered: number;
  readonly deadLettered: number;
  readonly discarded: number;
  /** Attempts that failed, all of them. */
  readonly failed: number;
  /** Of the failed: those that were tried again in process. */
  readonly retried: number;
  /** Of the failed: those whose message went back to the broker, because the bus stops, the delivery was lost or cannot be settled. */
  readonly released: number;
  /** From the beginning of each attempt to its end. */
  readonly durations: DurationStatistics;
  /** From the time that the sender wrote to the beginning of the first attempt; by two machines' clocks. */
  readonly latency: DurationStatistics;
}

/** What happened at one endpoint. */
export interface EndpointStatistics {
  /** With the namespace. */
  readonly endpoint: string;
  /** Attempts that run at this moment. */
  readonly inFlight: number;
  /** Settlements that came after the right to settle was lost. */
  readonly settleLost: number;
  readonly contracts: readonly ContractStatistics[];
}

/** What became of the messages of one contract to one destination. */
export interface SendStatistics {
  /** With the namespace; `(temporary)` for all reply addresses. */
  readonly destination: string;
  /** `(unknown)` for what was not sent by a contract of this bus, such as a dead letter that was returned. */
  readonly contract: string;
  readonly accepted: number;
  readonly rejected: number;
  /** The broker did not answer. */
  readonly unknown: number;
  /** From handing it to the broker to its answer. Messages that leave with the ack are not in it. */
  readonly durations: DurationStatistics;
}

/** The outbox of the service, by what this process has seen of it. */
export interface OutboxStatistics extends OutboxStatus {
  /** Messages that this process has sent from the outbox. */
  readonly sent: number;
  /** When the other numbers were read; at most every 30 s. `undefined` before the first time. */
  readonly at: Date | undefined;
}

/** All numbers of a bus since it was created. A frozen snapshot. */
export interface BusStatistics {
  readonly since: Date;
  readonly at: Date;
  readonly endpoints: readonly EndpointStatistics[];
  readonly sends: readonly SendStatistics[];
  readonly replies: ReplyCounts;
  /** `undefined` where this bus does not relay. */
  readonly outbox: OutboxStatistics | undefined;
}
