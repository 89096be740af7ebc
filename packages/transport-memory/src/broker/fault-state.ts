/** A fault that strikes the next calls of its kind. */
export type ArmedFault = 'dropConfirm' | 'rejectSend' | 'duplicate' | 'failOpen' | 'failSettlement' | 'holdConfirm';

/** Which faults are armed, and how often each has struck. */
export class FaultState {
  readonly #armed = new Map<ArmedFault, number>();
  readonly #struck = new Map<ArmedFault, number>();
  readonly #held: (() => void)[] = [];
  /** How many are armed, of all kinds. */
  #armedCount = 0;
  #holds = 0;

  arm(fault: ArmedFault, count: number): void {
    this.#armed.set(fault, (this.#armed.get(fault) ?? 0) + count);
    this.#armedCount += count;
  }

  /** Nothing is armed any more. */
  calm(): void {
    this.#armed.clear();
    this.#armedCount = 0;
  }

  /** True when the fault strikes now. */
  strike(fault: ArmedFault): boolean {
    if (this.#armedCount === 0) return false;
    const left = this.#armed.get(fault) ?? 0;
    if (left === 0) return false;
    this.#armedCount -= 1;
    this.#armed.set(fault, left - 1);
    this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + 1);
    return true;
  }

  /** Holds the confirms of all sends back until the returned function is called. */
  hold(): () => void {
    this.#holds += 1;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#holds -= 1;
      if (this.#holds === 0) for (const confirm of this.#held.splice(0)) confirm();
    };
  }

  get holds(): boolean {
    return this.#holds > 0;
  }

  /** Resolves when confirms are no longer held back. */
  whenReleased(): Promise<void> {
    this.#struck.set('holdConfirm', this.struck('holdConfirm') + 1);
    return new Promise((resolve) => {
      this.#held.push(resolve);
    });
  }

  struck(fault: ArmedFault): number {
    return this.#struck.get(fault) ?? 0;
  }
}
