import type { Runtime } from '../runtime/runtime.ts';

/** A moment by both clocks. */
interface Moment {
  readonly monotonic: number;
  readonly now: number;
}

/**
 * The right of one life of a relay to its share of the outbox, as this process sees it. Time is measured by the clock of the two that
 * has gone further: the one stands still while a machine sleeps, the other may be set back.
 */
export class RelayClaim {
  /** Unique to this life; the fence in the store. */
  readonly relay: string;
  readonly #runtime: Pick<Runtime, 'now' | 'monotonic'>;
  #since: Moment | undefined;
  #remainingMs = 0;
  #isRevoked = false;

  constructor(runtime: Pick<Runtime, 'now' | 'monotonic' | 'id'>) {
    this.relay = runtime.id();
    this.#runtime = runtime;
  }

  /** To be taken before the store is asked. */
  moment(): Moment {
    return { monotonic: this.#runtime.monotonic(), now: this.#runtime.now() };
  }

  /**
   * The store has granted the right for `remainingMs` from the moment at which it was asked. One that has run out meanwhile stays over, and
   * so does one of which nothing is left: what the store grants then is no renewal, for in between others may have had the share.
   */
  granted(asked: Moment, remainingMs: number): void {
    if (this.#remainingMs > 0 && (remainingMs <= 0 || this.leftMs <= 0)) this.revoke();
    this.#since = asked;
    this.#remainingMs = remainingMs;
  }

  /** Somebody else has it. */
  revoke(): void {
    this.#isRevoked = true;
  }

  /** True when it was had and may be somebody else's by now. */
  get isOver(): boolean {
    return this.#isRevoked || (this.#remainingMs > 0 && this.leftMs <= 0);
  }

  /** How long the right lasts. From 0 on somebody else may have the share. */
  get leftMs(): number {
    return this.#isRevoked ? 0 : this.#remainingMs - this.ageMs;
  }

  /** How long ago it was granted. */
  get ageMs(): number {
    if (this.#since === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.#runtime.monotonic() - this.#since.monotonic, this.#runtime.now() - this.#since.now, 0);
  }
}
