/** The mugs on the shelf. */
export class Stock {
  readonly #mugs: number;
  readonly #reserved: Map<string, number>;

  constructor(mugs: number, reserved: Map<string, number> = new Map()) {
    this.#mugs = mugs;
    this.#reserved = reserved;
  }

  /** Repeatable: an order that has its mugs keeps them, and takes no others. */
  reserve(orderId: string, mugs: number): number {
    this.#reserved.set(orderId, mugs);
    return this.#mugs - Array.from(this.#reserved.values()).reduce((sum, each) => sum + each, 0);
  }
}
