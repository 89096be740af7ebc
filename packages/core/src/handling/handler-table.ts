import type { Contract } from '../messages/contract.ts';
import type { RunnableHandler } from './handler.ts';

/** A contract at an endpoint, and its handlers there. */
export interface HandledContract {
  readonly contract: Contract;
  readonly handlers: readonly RunnableHandler[];
}

/**
 * What one endpoint handles: an allow list from wire names to contracts, held in a `Map` and never guessed. A name from the
 * wire is only ever looked up here.
 */
export class HandlerTable {
  readonly #byName: ReadonlyMap<string, HandledContract>;

  constructor(handlers: readonly RunnableHandler[]) {
    const byName = new Map<string, HandledContract>();
    for (const bound of handlers) {
      const before = byName.get(bound.contract.name)?.handlers ?? [];
      byName.set(bound.contract.name, { contract: bound.contract, handlers: [...before, bound] });
    }
    this.#byName = byName;
  }

  find(name: string): HandledContract | undefined {
    return this.#byName.get(name);
  }

  /** The contract for foreign messages without a name: the one that the endpoint handles, if it is only one. */
  get single(): HandledContract | undefined {
    if (this.#byName.size !== 1) return undefined;
    for (const handled of this.#byName.values()) return handled;
    return undefined;
  }
}
