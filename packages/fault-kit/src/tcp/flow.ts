import type { Socket } from 'node:net';

/** One direction of a connection: what is written goes to `to`, later where it must, and `from` is read no faster than that takes it. */
export class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #late: { readonly dueAt: number; readonly bytes: Buffer | undefined }[] = [];

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
  }

  write(bytes: Buffer, delayMs = 0): void {
    this.#push(bytes, delayMs);
  }

  /** The end of the direction, after all that was written. */
  end(delayMs = 0): void {
    this.#push(undefined, delayMs);
  }

  /** In the order of the calls, whatever the delays are. */
  #push(bytes: Buffer | undefined, delayMs: number): void {
    const dueAt = Math.max(performance.now() + delayMs, this.#late.at(-1)?.dueAt ?? 0);
    if (delayMs === 0 && this.#late.length === 0) return this.#out(bytes);
    this.#late.push({ dueAt, bytes });
    if (this.#late.length === 1) this.#wait();
  }

  #wait(): void {
    const [first] = this.#late;
    if (first === undefined) return;
    setTimeout(
      () => {
        this.#late.shift();
        this.#out(first.bytes);
        this.#wait();
      },
      Math.max(0, first.dueAt - performance.now()),
    );
  }

  #out(bytes: Buffer | undefined): void {
    if (this.#to.destroyed) return;
    if (bytes === undefined) this.#to.end();
    else if (!this.#to.write(bytes) && !this.#from.isPaused()) {
      this.#from.pause();
      this.#to.once('drain', () => this.#from.resume());
    }
  }
}
