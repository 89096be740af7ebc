/** The mugs on the shelf. */
export class Stock {
  readonly #reserved = new Map<string, number>();
  readonly #mugs: number;

  constructor(mugs: number) {
    this.#mugs = mugs;
  }

  /** Repeatable: an order that has its mugs keeps them, and takes no others. */
  reserve(orderId: string, mugs: number): number {
    this.#reserved.set(orderId, mugs);
    return this.#mugs - Array.from(this.#reserved.values()).reduce((sum, each) => sum + each, 0);
  }
}
