import { execFile } from 'node:child_process';

export interface CommandResult {
  /** -1 where it could not be started, or took too long. */
  readonly exitCode: number;
  /** Standard output and standard error. */
  readonly output: string;
}

export interface CommandOptions {
  /** @default that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** @default 120,000 */
  readonly timeoutMs?: number;
}

/** Runs a program to its end. Never rejects: what went wrong is in the result. */
export function runCommand(program: string, parameters: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { environment = process.env, timeoutMs = 120_000 } = options;
  return new Promise((resolve) => {
    execFile(program, parameters, { env: environment, timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, output: stdout + stderr });
      else if (error.killed === true) resolve({ exitCode: -1, output: `${stdout}${stderr} It did not end within ${timeoutMs / 1000} s.` });
      else resolve({ exitCode: typeof error.code === 'number' ? error.code : -1, output: stdout + (stderr || error.message) });
    });
  });
}
