import type { StoreNow } from '@waybill/core/persistence';
import { StoreError, storeClock } from '@waybill/core/persistence';
import type { Runtime } from '@waybill/core/transport';

/** The runtime of the store while it is open. */
export class StoreHost {
  #runtime: Runtime | undefined;
  #opened = 0;

  open(runtime: Runtime): void {
    this.#runtime ??= runtime;
    this.#opened += 1;
  }

  close(): void {
    this.#opened = Math.max(0, this.#opened - 1);
    if (this.#opened === 0) this.#runtime = undefined;
  }

  /** @throws StoreError `STORE_UNAVAILABLE` when it is not open */
  get runtime(): Runtime {
    if (this.#runtime !== undefined) return this.#runtime;
    throw new StoreError('STORE_UNAVAILABLE', 'The memory store is not open. Call `open` first; a bus opens its store when it starts.');
  }

  /** The instant that is meant, in epoch milliseconds. */
  instant(now: StoreNow): number {
    const { runtime } = this;
    return now === storeClock ? runtime.now() : now;
  }
}
