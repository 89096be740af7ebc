import { chainOf } from '../postgres-errors.ts';
import type { PgConnection } from './pg-client.ts';

/** Finds the connection on which something failed, for those that do not give it back. */
export class HeldConnections {
  readonly #byFailure = new WeakMap<object, () => void>();

  /** Notes that something failed on a connection, for whoever holds it at this moment. */
  note(client: PgConnection, failure: object): void {
    const release = client.release.bind(client); // the next holder has another one
    this.#byFailure.set(failure, () => release(true));
  }

  /** Gives the connection of this failure back, which the pool then closes; does nothing where its holder has done so. */
  giveBack(error: unknown): void {
    const give = chainOf(error).flatMap((one) => this.#byFailure.get(one) ?? [])[0];
    try {
      give?.();
    } catch {
      // it was given back
    }
  }
}
