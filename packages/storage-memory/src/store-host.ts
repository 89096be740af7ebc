import type { StoreNow } from '@waybill/core/persistence';
import { StoreError, storeClock } from '@waybill/core/persistence';
import type { Runtime } from '@waybill/core/transport';

/** The runtime of the store while it is open. */
export class StoreHost {
  #runtime: Runtime | undefined;
  #opened = 0;
  #away = 0;

  /** @throws StoreError `STORE_UNAVAILABLE` while it is away */
  open(runtime: Runtime): void {
    this.#assertThere();
    this.#runtime ??= runtime;
    this.#opened += 1;
  }

  close(): void {
    this.#opened = Math.max(0, this.#opened - 1);
    if (this.#opened === 0) this.#runtime = undefined;
  }

  /** Nothing gets through until the returned function was called. */
  goAway(): () => void {
    let isAway = true;
    this.#away += 1;
    return () => {
      if (isAway) this.#away -= 1;
      isAway = false;
    };
  }

  /** @throws StoreError `STORE_UNAVAILABLE` when it is not open, or away */
  get runtime(): Runtime {
    this.#assertThere();
    if (this.#runtime !== undefined) return this.#runtime;
    throw new StoreError('STORE_UNAVAILABLE', 'The memory store is not open. Call `open` first; a bus opens its store when it starts.');
  }

  /** The instant that is meant, in epoch milliseconds. */
  instant(now: StoreNow): number {
    const { runtime } = this;
    return now === storeClock ? runtime.now() : now;
  }

  #assertThere(): void {
    if (this.#away > 0) throw new StoreError('STORE_UNAVAILABLE', 'The memory store is away, as `faults` was told to. Let it come back.');
  }
}
