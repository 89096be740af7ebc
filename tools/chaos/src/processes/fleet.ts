import type { Monitor } from '../monitor.ts';
import { pauseUntil } from '../waiting.ts';
import { type ServerUrls, Slot, type SlotOptions } from './slot.ts';

const START_MS = 60_000;
const AUDIT_MS = 120_000;

/** All the processes of the load. */
export class Fleet implements AsyncDisposable {
  readonly slots: readonly Slot[];
  readonly #servers: ServerUrls;
  readonly #monitor: Monitor;

  private constructor(slots: readonly Slot[], servers: ServerUrls, monitor: Monitor) {
    this.slots = slots;
    this.#servers = servers;
    this.#monitor = monitor;
  }

  /** Makes the places; nothing runs yet. */
  static async open(all: readonly SlotOptions[], servers: ServerUrls, monitor: Monitor): Promise<Fleet> {
    return new Fleet(await Promise.all(all.map((one) => Slot.open(one, servers, monitor))), servers, monitor);
  }

  of(role: SlotOptions['role']): readonly Slot[] {
    return this.slots.filter(({ options }) => options.role === role);
  }

  /** Starts the processes of a role. @throws Error when they are not up in time. */
  async launch(role: SlotOptions['role']): Promise<void> {
    for (const slot of this.of(role)) slot.launch();
    if (!(await this.areUp(role)))
      throw new Error(`Not all processes of the role ${role} are up after ${START_MS / 1_000} s; see ${this.#monitor.folder}.`);
  }

  /** Waits until all processes of a role are up. */
  areUp(role: SlotOptions['role']): Promise<boolean> {
    return pauseUntil(() => this.of(role).every(({ isUp }) => isUp), START_MS);
  }

  /** Asks the processes of a role to end; those that were started last may still be on their way. */
  async stop(role: SlotOptions['role']): Promise<void> {
    await this.areUp(role);
    await Promise.all(this.of(role).map((slot) => slot.stop()));
  }

  /** Lets the auditor look at what is left, when all others have ended. */
  async audit(options: SlotOptions): Promise<void> {
    const slot = await Slot.open(options, this.#servers, this.#monitor);
    try {
      slot.launch();
      await slot.wait(AUDIT_MS);
    } finally {
      await slot.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.close()));
  }
}
