import type { IStore, LeaseOptions, OutboxLease, RelayIdentity, SendFailure } from '@waybill/core/persistence';
import { textOf } from './outbox-texts.ts';
import type { StoreBench } from './store-bench.ts';

/** The lease of all relays of the suite. */
export const LEASE_MS = 15_000;

/** One life of one relay. */
export class RelayPart {
  readonly #bench: StoreBench;
  readonly #store: IStore;
  readonly #name: string;

  constructor(bench: StoreBench, store: IStore, name: string) {
    this.#bench = bench;
    this.#store = store;
    this.#name = name;
  }

  get identity(): RelayIdentity {
    return { scope: this.#bench.scope, relay: this.#name, now: this.#bench.now };
  }

  lease(options: Partial<LeaseOptions> = {}): Promise<OutboxLease> {
    const all = { ...this.identity, leaseMs: LEASE_MS, limit: 1_000, maxBytes: 100_000_000, except: [], mayShrink: true, ...options };
    return this.#bench.run.soon('a lease', this.#store.outbox.lease(all));
  }

  /** The bodies of the rows that a lease gives. */
  async texts(options: Partial<LeaseOptions> = {}): Promise<readonly string[]> {
    return (await this.lease(options)).rows.map(textOf);
  }

  sent(sequences: readonly string[]): Promise<number> {
    return this.#bench.run.soon('marking rows as sent', this.#store.outbox.markSent(this.identity, sequences));
  }

  failed(failures: readonly SendFailure[]): Promise<number> {
    return this.#bench.run.soon('marking rows as failed', this.#store.outbox.markFailed(this.identity, failures));
  }

  /** Holds the rows whose bodies are these texts. */
  async hold(...texts: readonly string[]): Promise<void> {
    const { rows } = await this.lease();
    const wanted = rows.filter((row) => texts.includes(textOf(row)));
    await this.failed(wanted.map(({ sequence }) => ({ sequence, reason: 'held by the suite', retryAfterMs: undefined })));
  }

  leave(): Promise<void> {
    return this.#bench.run.soon('leaving', this.#store.outbox.leave(this.identity));
  }
}
