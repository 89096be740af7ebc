/** A fault that strikes the next calls of its kind. */
export type ArmedFault = 'dropConfirm' | 'rejectSend' | 'duplicate' | 'failOpen' | 'failSettlement';

/** Which faults are armed, and how often each has struck. */
export class FaultState {
  readonly #armed = new Map<ArmedFault, number>();
  readonly #struck = new Map<ArmedFault, number>();

  arm(fault: ArmedFault, count: number): void {
    this.#armed.set(fault, (this.#armed.get(fault) ?? 0) + count);
  }

  /** True when the fault strikes now. */
  strike(fault: ArmedFault): boolean {
    const left = this.#armed.get(fault) ?? 0;
    if (left === 0) return false;
    this.#armed.set(fault, left - 1);
    this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + 1);
    return true;
  }

  struck(fault: ArmedFault): number {
    return this.#struck.get(fault) ?? 0;
  }
}
