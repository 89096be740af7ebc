/** Waits of a relay while nothing goes on: they grow from one to the next, up to a bound. In milliseconds. */
interface Growth {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** While the transport accepts nothing. */
const FRUITLESS: Growth = { firstMs: 200, mostMs: 5_000 };
/** While the store fails. */
const STORE_FAILS: Growth = { firstMs: 100, mostMs: 5_000 };

const waitOf = ({ firstMs, mostMs }: Growth, times: number): number => Math.min(mostMs, firstMs * 2 ** Math.min(times - 1, 30));

/** How long a relay waits, and for what. It knows no clock: it counts what has happened in a row. */
export class RelayPace {
  readonly #poll: Growth;
  #emptyInARow = 0;
  #fruitlessInARow = 0;
  #failuresInARow = 0;

  constructor(pollMinMs: number, pollMaxMs: number) {
    this.#poll = { firstMs: pollMinMs, mostMs: pollMaxMs };
  }

  /** There was something to send. */
  busy(): void {
    this.#emptyInARow = 0;
  }

  /** There was nothing to send: how long until the next look, where the next row known is due in `nextDueMs`. */
  empty(nextDueMs: number | undefined): number {
    this.#emptyInARow += 1;
    const waitMs = waitOf(this.#poll, this.#emptyInARow);
    if (nextDueMs === undefined) return waitMs;
    const leastMs = this.#emptyInARow === 1 ? 1 : this.#poll.firstMs;
    return Math.min(waitMs, Math.max(nextDueMs, leastMs));
  }

  /** True when the last wait was as long as waits become: nothing has happened for long. */
  get isIdle(): boolean {
    return this.#emptyInARow > 0 && waitOf(this.#poll, this.#emptyInARow) >= this.#poll.mostMs;
  }

  /** The transport has accepted something. */
  fruitful(): void {
    this.#fruitlessInARow = 0;
  }

  /** The transport has accepted nothing of a batch: how long until the next. */
  fruitless(): number {
    this.#fruitlessInARow += 1;
    return waitOf(FRUITLESS, this.#fruitlessInARow);
  }

  /** How long until the next batch where the rows of this one do not come again so soon. */
  readonly firstFruitlessMs: number = FRUITLESS.firstMs;

  /** So many batches in a row of which nothing was accepted. */
  get fruitlessInARow(): number {
    return this.#fruitlessInARow;
  }

  /** The store has answered. */
  stored(): void {
    this.#failuresInARow = 0;
  }

  /** The store has failed: how long until it is asked again. */
  storeFailed(): number {
    this.#failuresInARow += 1;
    return waitOf(STORE_FAILS, this.#failuresInARow);
  }
}
