import type { Row, Unit } from './row.ts';

/** A row that is to be measured, and in how many processes. */
export interface PlannedRow {
  readonly row: Pick<Row, 'title' | 'unit'>;
  readonly rounds: number;
  readonly samples: number;
}

/** Seconds that a process takes, until it is known. */
const GUESSES: Readonly<Record<Unit, number>> = { 'msg/s': 4, 'ns/msg': 2.5, ms: 0.5, 'B/msg': 1.5 };

/** Says which row and round is being measured, and how long the rest takes, judged by what rows of the same unit took so far. */
export class Progress {
  readonly #rows: readonly PlannedRow[];
  readonly #done: number[];
  readonly #took = new Map<Unit, { seconds: number; samples: number }>();

  constructor(rows: readonly PlannedRow[]) {
    this.#rows = rows;
    this.#done = rows.map(() => 0);
  }

  /** One process of the row has ended. */
  took(row: number, seconds: number): void {
    this.#done[row] = (this.#done[row] ?? 0) + 1;
    const { unit } = (this.#rows[row] as PlannedRow).row;
    const { seconds: before, samples } = this.#took.get(unit) ?? { seconds: 0, samples: 0 };
    this.#took.set(unit, { seconds: before + seconds, samples: samples + 1 });
  }

  /** What is measured next, in one line. */
  line(row: number, round: number, variant: string): string {
    const {
      row: { title },
      rounds,
    } = this.#rows[row] as PlannedRow;
    return `row ${row + 1}/${this.#rows.length}, round ${round}/${rounds}, ${this.#timeLeft()} left: ${title}: ${variant}`;
  }

  #timeLeft(): string {
    const seconds = this.#rows.reduce(
      (sum, { row: { unit }, samples }, index) => sum + (samples - (this.#done[index] as number)) * this.#each(unit),
      0,
    );
    return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
  }

  #each(unit: Unit): number {
    const took = this.#took.get(unit);
    return took === undefined ? GUESSES[unit] : took.seconds / took.samples;
  }
}
