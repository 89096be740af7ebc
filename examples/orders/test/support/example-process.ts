import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const DEMO = fileURLToPath(new URL('../../../../scripts/demo.ts', import.meta.url));

/** A program of the example, as a process of its own, which is killed where a test ends before it. */
export class ExampleProcess implements AsyncDisposable {
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, ['--conditions=@waybill/source', DEMO, ...parameters], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close');
    onTestFinished(() => void this.#child.kill('SIGKILL')); // also where the test takes too long, and disposes of nothing
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
  }

  /** Resolves when `isThere` says so of what it has printed. @throws Error with what it has printed, where it ends before */
  async printed(isThere: (stdout: string) => boolean): Promise<void> {
    while (!isThere(this.stdout)) {
      const hasEnded = await Promise.race([
        once(this.#child.stdout as NodeJS.ReadableStream, 'data').then(() => false),
        this.#ended.then(() => true),
      ]);
      if (hasEnded && !isThere(this.stdout)) throw new Error(`It ended before it was there: ${this.stdout}\n${this.stderr}`);
    }
  }

  /** Resolves with its exit code; `null` where a signal has killed it. */
  async exitCode(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
