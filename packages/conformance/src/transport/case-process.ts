import { expectThat } from '../runner.ts';
import type { CaseHarness } from './case-harness.ts';
import type { ProcessLine, ProcessOrder, ProcessPart } from './process-parts.ts';

/** A process that an author has started. */
export interface CaseProcess extends AsyncDisposable {
  /** Says a value to it, which JSON can hold. */
  tell(line: unknown): void;
  /** Ends it at once. */
  kill(): Promise<CaseProcessEnd>;
  /** It does nothing any more, though its sockets stay open. Tells whether it was reached. */
  freeze(): boolean;
  thaw(): void;
  /** Resolves when it has ended and all that it said was heard. */
  readonly ended: Promise<CaseProcessEnd>;
  /** What it has written to standard error. */
  readonly errors: string;
}

/** How a process ended. */
export interface CaseProcessEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A process that plays a part in a case, and what it has said. */
export class PlayedPart {
  readonly lines: ProcessLine[] = [];
  readonly #harness: CaseHarness;
  readonly #process: CaseProcess;

  constructor(harness: CaseHarness, part: ProcessPart, start: (part: string, onLine: (line: unknown) => void) => CaseProcess) {
    this.#harness = harness;
    this.#process = start(JSON.stringify(part), (line) => this.lines.push(line as ProcessLine));
  }

  get errors(): string {
    return this.#process.errors;
  }

  get ended(): Promise<CaseProcessEnd> {
    return this.#process.ended;
  }

  /** What it has said of one kind. */
  said<Kind extends ProcessLine['said']>(kind: Kind): readonly Extract<ProcessLine, { readonly said: Kind }>[] {
    return this.lines.filter((line): line is Extract<ProcessLine, { readonly said: Kind }> => line.said === kind);
  }

  /** Waits until it has said so many lines of one kind. */
  async hasSaid(kind: ProcessLine['said'], count = 1): Promise<void> {
    const said = (): number => this.said(kind).length;
    const soFar = (): string => `it said ${said()} of them; its errors: ${this.errors}`;
    await this.#harness.until(`${count} lines "${kind}" of a process`, () => said() >= count, soFar);
  }

  order(order: ProcessOrder): void {
    this.#process.tell(order);
  }

  /** Kills it; fails where it had ended before. */
  async kill(): Promise<void> {
    const { signal, exitCode } = await this.#process.kill();
    expectThat(signal === 'SIGKILL', `a process was to be killed, and had ended with ${exitCode}: ${this.errors}`);
  }

  freeze(): void {
    expectThat(this.#process.freeze(), `a process was to be frozen, and had ended: ${this.errors}`);
  }

  thaw(): void {
    this.#process.thaw();
  }

  async end(): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
