/** What turns are taken beside: the starts and stops of a bus. */
export interface TurnKeeper {
  readonly isInTransition: boolean;
  whenSettled(): Promise<void>;
}

/** Looks and works at the broker that are apart from starts and stops: one after another, and none while the bus starts or stops. */
export class BrokerTurns {
  readonly #life: TurnKeeper;
  #running: Promise<void> | undefined;

  constructor(life: TurnKeeper) {
    this.#life = life;
  }

  /** Ends when the one does that runs; a start waits for it. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running !== undefined || this.#life.isInTransition) await (this.#running ?? this.#life.whenSettled());
    const working = work();
    const over = (): void => {
      this.#running = undefined;
    };
    this.#running = working.then(over, over);
    return working;
  }
}
