/** What faults strike. */
export type FaultTarget = 'connections' | 'bytes' | 'processes' | 'brokers' | 'users';

/** One fault, and what it did. */
export interface Fault {
  /** Such as `reset` or `kill`. */
  readonly kind: string;
  /** What the hits are. */
  readonly of: FaultTarget;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** When it ended; `undefined` while it lasts. */
  readonly endedAt: number | undefined;
  /** How many it has hit so far. While it has hit none it has not happened. */
  readonly hits: number;
}

/** A fault that lasts until it is ended. */
export class LastingFault implements Fault {
  readonly kind: string;
  readonly of: FaultTarget;
  readonly at: number = Date.now();
  readonly #onEnd: () => void;
  #endedAt: number | undefined;
  #hits = 0;

  constructor(kind: string, of: FaultTarget, onEnd: () => void) {
    this.kind = kind;
    this.of = of;
    this.#onEnd = onEnd;
  }

  get endedAt(): number | undefined {
    return this.#endedAt;
  }

  get hits(): number {
    return this.#hits;
  }

  /** It has struck so many more. */
  hit(count = 1): void {
    this.#hits += count;
  }

  /** Ends it. A second call does nothing. */
  end(): void {
    if (this.#endedAt !== undefined) return;
    this.#endedAt = Date.now();
    this.#onEnd();
  }
}

/** Where all faults of a test are written down, whoever made them. A fault that hit nothing has not happened, and does not count. */
export class FaultLog {
  readonly #faults: LastingFault[] = [];

  /** Those that happened, in the order in which they began. */
  get faults(): readonly Fault[] {
    return this.#faults.filter(({ hits }) => hits > 0);
  }

  /** How many faults of this kind have happened. */
  happened(kind: string): number {
    return this.faults.filter((fault) => fault.kind === kind).length;
  }

  /** How many connections, bytes or processes were hit by all faults of this kind. */
  hits(kind: string): number {
    return this.#faults.reduce((sum, fault) => sum + (fault.kind === kind ? fault.hits : 0), 0);
  }

  /** A fault of a moment. */
  note(kind: string, of: FaultTarget, hits: number): Fault {
    const fault = this.begin(kind, of);
    fault.hit(hits);
    fault.end();
    return fault;
  }

  /** A fault that lasts; whoever makes it tells what it hits. `onEnd` takes it back. */
  begin(kind: string, of: FaultTarget, onEnd: () => void = () => undefined): LastingFault {
    const fault = new LastingFault(kind, of, onEnd);
    this.#faults.push(fault);
    return fault;
  }
}
