import { ConfigurationError } from '../errors/bus-error.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { BusState } from './bus.ts';

/** What a bus does when its state changes. */
export interface LifecycleHooks {
  /** Opens everything. What it still does after `givenUp` has aborted is undone by `close`. */
  readonly open: (givenUp: AbortSignal) => Promise<void>;
  /** Ends everything in bounded time; never rejects. After a failed start nothing is drained. */
  readonly close: (options: { readonly drain: boolean; readonly signal: AbortSignal | undefined }) => Promise<void>;
  /** Told of each new state. */
  readonly changed: (state: BusState) => void;
}

/**
 * The life of a bus; see {@link BusState} for its states. The last call wins, whatever runs when it comes: a start waits
 * for the stop before it, a stop gives up the start before it, also one that still waits.
 */
export class BusLifecycle {
  readonly #bus: string;
  readonly #hooks: LifecycleHooks;
  #state: BusState = 'idle';
  #wanted: 'up' | 'down' = 'down';
  /** Settles when the last call has taken effect. */
  #transition: Promise<void> = Promise.resolve();
  #stopRequest = new AbortController();

  constructor(bus: string, hooks: LifecycleHooks) {
    this.#bus = bus;
    this.#hooks = hooks;
  }

  get state(): BusState {
    return this.#state;
  }

  start(signal: AbortSignal | undefined): Promise<void> {
    if (this.#wanted === 'up') return this.#transition;
    this.#wanted = 'up';
    this.#stopRequest = new AbortController();
    const { signal: stopped } = this.#stopRequest;
    const givenUp = signal === undefined ? stopped : AbortSignal.any([signal, stopped]);
    const isAtRest = this.#state === 'idle' || this.#state === 'stopped';
    const starting = isAtRest ? this.#start(givenUp) : this.#transition.then(() => this.#start(givenUp));
    const transition: Promise<void> = starting.catch((error: unknown) => {
      if (this.#transition === transition) this.#wanted = 'down';
      throw error;
    });
    this.#transition = transition;
    return transition;
  }

  stop(signal: AbortSignal | undefined): Promise<void> {
    const before = this.#transition;
    if (this.#wanted === 'down') return before.catch(() => undefined);
    this.#wanted = 'down';
    if (this.#state === 'started') this.#transition = this.#stop(signal);
    else {
      const reason = `\`stop()\` was called on the bus "${this.#bus}" while it started.`;
      this.#stopRequest.abort(new ConfigurationError('BUS_STOPPED', reason));
      this.#transition = before.catch(() => undefined).then(() => (this.#state === 'started' ? this.#stop(signal) : undefined));
    }
    return this.#transition;
  }

  #become(state: BusState): void {
    this.#state = state;
    this.#hooks.changed(state);
  }

  /** True while a start or a stop is under way. */
  get isInTransition(): boolean {
    return this.#state === 'starting' || this.#state === 'stopping';
  }

  /** Resolves when the start or stop that is under way has ended, however it ends. */
  async whenSettled(): Promise<void> {
    await this.#transition.catch(() => undefined);
  }

  async #start(givenUp: AbortSignal): Promise<void> {
    this.#become('starting');
    try {
      await unlessAborted(this.#hooks.open(givenUp), givenUp);
      this.#become('started');
    } catch (error) {
      await this.#hooks.close({ drain: false, signal: undefined });
      this.#become('stopped');
      if (!givenUp.aborted) throw error;
      throw new ConfigurationError('START_ABORTED', `The start of the bus "${this.#bus}" was given up: see \`cause\`. Start again.`, {
        cause: givenUp.reason,
      });
    }
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    this.#become('stopping');
    await this.#hooks.close({ drain: true, signal });
    this.#become('stopped');
  }
}
