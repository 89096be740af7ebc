/** Where the process reports what nobody handled; Node, Bun and Deno have it. */
interface ProcessEvents {
  on(event: 'unhandledRejection' | 'warning', listener: (what: unknown) => void): unknown;
  off(event: 'unhandledRejection' | 'warning', listener: (what: unknown) => void): unknown;
}

/** Listens for rejections that nobody handles and for warnings of the process, such as too many listeners. */
export class ProcessWatch {
  readonly complaints: string[] = [];
  readonly #process: ProcessEvents = process;
  readonly #onRejection = (reason: unknown): void => void this.complaints.push(`a rejection that nobody handled: ${String(reason)}`);
  readonly #onWarning = (warning: unknown): void => void this.complaints.push(`a warning of the process: ${String(warning)}`);

  constructor() {
    this.#process.on('unhandledRejection', this.#onRejection);
    this.#process.on('warning', this.#onWarning);
  }

  end(): void {
    this.#process.off('unhandledRejection', this.#onRejection);
    this.#process.off('warning', this.#onWarning);
  }
}
