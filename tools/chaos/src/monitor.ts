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

  /** Reads what was written since the last time. What has ended is read once more only: in a long run hundreds of processes come and go. */
  refresh(): void {
    const ended = Array.from(this.books.processes.values()).filter((life) => life.ended !== undefined);
    this.books.addAll(this.#reader.newLines());
    for (const { name } of ended) this.#reader.finished(name);
  }

  tell(fact: Fact): void {
    this.#writer.write(fact);
  }

  close(): void {
    this.#writer.close();
  }
}
