import type { Fact } from './history/fact.ts';
import { Books } from './history/books.ts';
import { HistoryReader } from './history/history-reader.ts';
import { HistoryWriter } from './history/history-writer.ts';

/** Keeps the books of a run up to date, and adds to its history what only the one knows who runs it. */
export class Monitor {
  readonly books = new Books();
  readonly folder: string;
  readonly #reader: HistoryReader;
  readonly #writer: HistoryWriter;

  constructor(folder: string) {
    this.folder = folder;
    this.#writer = new HistoryWriter(folder, 'chaos');
    this.#reader = new HistoryReader(folder);
  }

  /** Reads what was written since the last time. */
  refresh(): void {
    this.books.addAll(this.#reader.newLines());
  }

  tell(fact: Fact): void {
    this.#writer.write(fact);
  }

  close(): void {
    this.#writer.close();
  }
}
