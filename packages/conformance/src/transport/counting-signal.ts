/** A signal that knows how many listen to it; it never aborts. */
export class CountingSignal {
  readonly signal: AbortSignal = new AbortController().signal;
  readonly #listeners = new Set<unknown>();

  constructor() {
    const { signal } = this;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (...parameters: Parameters<typeof add>): void => {
        this.#listeners.add(parameters[1]);
        add(...parameters);
      },
      removeEventListener: (...parameters: Parameters<typeof remove>): void => {
        this.#listeners.delete(parameters[1]);
        remove(...parameters);
      },
    });
  }

  /** How many listeners were added and not removed. Those of `AbortSignal.any` are not seen. */
  get listeners(): number {
    return this.#listeners.size;
  }
}
