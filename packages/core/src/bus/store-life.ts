import { InboxCleaner } from '../inbox/inbox-cleaner.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { OutboxFault } from '../outbox/outbox-monitor.ts';
import { OutboxMonitor } from '../outbox/outbox-monitor.ts';
import type { RelayParts } from '../outbox/outbox-relay.ts';
import { OutboxRelay } from '../outbox/outbox-relay.ts';
import type { ResolvedRelayOptions } from '../outbox/relay-options.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { BusStore } from '../unit-of-work/bus-store.ts';
import type { StoreProvisioning } from '../unit-of-work/store.ts';
import type { StatisticsRecorder } from './statistics-recorder.ts';

/** What a {@link StoreLife} works with. */
export interface StoreLifeParts extends Pick<BusStore, 'store' | 'scope'> {
  readonly runtime: Runtime;
  readonly provisioning: StoreProvisioning;
  /** `undefined` where other processes relay. */
  readonly relay: ResolvedRelayOptions | undefined;
  readonly windowMs: number;
  readonly recorder: StatisticsRecorder | undefined;
}

/** What the relay needs of a bus that runs. */
export type RelayWay = Pick<RelayParts, 'send' | 'isConnected'>;

/** The longest that a stop waits for what is committed and not sent yet; it stays in the outbox. In milliseconds. */
const LONGEST_DRAIN_MS = 3_000;

/** The store of one bus from its start to its stop, and what works in it beside the handlers: the relay and the cleaner of the inbox. */
export class StoreLife {
  readonly #parts: StoreLifeParts;
  #isOpen = false;
  #relay: OutboxRelay | undefined;
  #cleaner: InboxCleaner | undefined;
  #monitor: OutboxMonitor | undefined;

  constructor(parts: StoreLifeParts) {
    this.#parts = parts;
  }

  /** For so long the inbox remembers. */
  get windowMs(): number {
    return this.#parts.windowMs;
  }

  /** What it does to the tables at start. */
  get provisioning(): StoreProvisioning {
    return this.#parts.provisioning;
  }

  /** What is wrong with the outbox; `undefined` where this process does not relay, or not now. */
  get faults(): readonly OutboxFault[] | undefined {
    return this.#monitor?.faults;
  }

  /** Opens the store. What opens after it was given up is closed again. */
  async open(givenUp: AbortSignal): Promise<void> {
    const { store, runtime, provisioning } = this.#parts;
    await store.open({ runtime, provisioning, signal: givenUp });
    this.#isOpen = true;
    if (!givenUp.aborted) return;
    await this.#closeStore();
    givenUp.throwIfAborted();
  }

  /** From now on what is in the outbox leaves. */
  begin(way: RelayWay): void {
    const { store, scope, runtime, relay: options, windowMs, recorder } = this.#parts;
    this.#cleaner = new InboxCleaner({ store: store.inbox, scope, runtime, windowMs });
    this.#cleaner.start();
    if (options === undefined) return;
    const { outbox } = store;
    this.#monitor = new OutboxMonitor({ store: outbox, scope, runtime, alarmAfterMs: options.alarmAfterMs, counts: recorder });
    this.#relay = new OutboxRelay({ ...way, store: outbox, scope, runtime, monitor: this.#monitor }, options);
    this.#relay.start();
  }

  /** Rows may be there to send, or the connection has come back. Never throws. */
  wake(): void {
    this.#relay?.wake();
  }

  /** The handlers have ended: what they have committed is sent, as far as it goes within `limitMs`; then the share goes to others. */
  async end({ limitMs, slackMs }: { readonly limitMs: number; readonly slackMs: number }): Promise<void> {
    await Promise.all([this.#relay?.stop({ limitMs: Math.min(LONGEST_DRAIN_MS, limitMs), leaveMs: slackMs }), this.#cleaner?.stop()]);
    this.#relay = undefined;
    this.#cleaner = undefined;
    this.#monitor = undefined;
  }

  /** Closes the store, in bounded time. */
  async close(limitMs: number): Promise<void> {
    if (this.#isOpen) await settlesInTime(this.#closeStore(), { limitMs, runtime: this.#parts.runtime });
  }

  async #closeStore(): Promise<void> {
    const { store, runtime } = this.#parts;
    this.#isOpen = false;
    try {
      await store.close();
    } catch (error) {
      runtime.logger.warn({ event: LOG_EVENTS.storeCloseFailed, store: store.name, error }, 'the store did not close cleanly');
    }
  }
}
