import type { ContractStatistics, EndpointStatistics, SendStatistics } from './statistics.ts';
import { DurationHistogram } from './statistics-histogram.ts';

/** The counts of one contract at one endpoint; see {@link ContractStatistics}. */
export class ContractCounts {
  readonly contract: string;
  handled = 0;
  skipped = 0;
  redelivered = 0;
  deadLettered = 0;
  discarded = 0;
  failed = 0;
  retried = 0;
  released = 0;
  readonly durations: DurationHistogram = new DurationHistogram();
  readonly latency: DurationHistogram = new DurationHistogram();

  constructor(contract: string) {
    this.contract = contract;
  }

  snapshot(): ContractStatistics {
    const { contract, handled, skipped, redelivered, deadLettered, discarded, failed, retried, released } = this;
    const durations = this.durations.snapshot();
    const latency = this.latency.snapshot();
    return Object.freeze({
      contract,
      handled,
      skipped,
      redelivered,
      deadLettered,
      discarded,
      failed,
      retried,
      released,
      durations,
      latency,
    });
  }
}

/** The counts of one endpoint; see {@link EndpointStatistics}. */
export class EndpointCounts {
  inFlight = 0;
  settleLost = 0;
  readonly #endpoint: string;
  readonly #contracts = new Map<string, ContractCounts>();

  constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  of(contract: string): ContractCounts {
    let counts = this.#contracts.get(contract);
    if (counts === undefined) this.#contracts.set(contract, (counts = new ContractCounts(contract)));
    return counts;
  }

  snapshot(): EndpointStatistics {
    return Object.freeze({
      endpoint: this.#endpoint,
      inFlight: this.inFlight,
      settleLost: this.settleLost,
      contracts: Object.freeze(Array.from(this.#contracts.values(), (one) => one.snapshot())),
    });
  }
}

/** The counts of one contract to one destination; see {@link SendStatistics}. */
export class SendCounts {
  readonly destination: string;
  readonly contract: string;
  accepted = 0;
  rejected = 0;
  unknown = 0;
  readonly durations: DurationHistogram = new DurationHistogram();

  constructor(destination: string, contract: string) {
    this.destination = destination;
    this.contract = contract;
  }

  snapshot(): SendStatistics {
    const { destination, contract, accepted, rejected, unknown } = this;
    return Object.freeze({ destination, contract, accepted, rejected, unknown, durations: this.durations.snapshot() });
  }
}
