import type { Runtime, Timer } from '../runtime/runtime.ts';

/** What the {@link SendingTime} of a flight depends on. */
export interface SendingTimeParts {
  readonly runtime: Pick<Runtime, 'setTimer'>;
  /** How long the share is this relay's own. */
  readonly share: { readonly leftMs: number };
  /** So long before the share ends, in milliseconds, the time is over. */
  readonly marginMs: number;
}

/** How long a flight may be on its way: until shortly before the lease ends, or somebody gives it up. */
export class SendingTime {
  readonly #parts: SendingTimeParts;
  readonly #giveUp = new AbortController();
  #timer: Timer;

  constructor(parts: SendingTimeParts) {
    this.#parts = parts;
    this.#timer = this.#watch();
  }

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** True when nothing of the flight may be handed over any more. It looks at the clock: the timer comes late where the processor was busy. */
  get isOver(): boolean {
    if (!this.signal.aborted && this.#leftMs <= 0) this.giveUp('the lease of the relay has run out');
    return this.signal.aborted;
  }

  giveUp(reason: string): void {
    this.#giveUp.abort(new Error(reason));
  }

  /** Nothing of it is under way any more. */
  end(): void {
    this.#timer.cancel();
  }

  get #leftMs(): number {
    return this.#parts.share.leftMs - this.#parts.marginMs;
  }

  /** The lease may be renewed meanwhile: then it looks again later. */
  #watch(): Timer {
    return this.#parts.runtime.setTimer(Math.max(0, this.#leftMs), () => {
      if (!this.isOver) this.#timer = this.#watch();
    });
  }
}
