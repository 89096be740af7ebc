import { spawn } from 'node:child_process';
import { join } from 'node:path';

const TOOLS = join(import.meta.dirname, '..', '..', 'node_modules', '.bin');

/** What a command wrote, both streams in the order they came, and how it ended. */
export interface ToolResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a command to its end; one of node_modules/.bin is preferred. */
export function runTool(cwd: string, command: string, args: readonly string[]): Promise<ToolResult> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, PATH: `${TOOLS}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString('utf8'));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.on('error', (cause) => reject(new Error(`${command} did not start in ${cwd}. Run pnpm install first.`, { cause })));
    child.on('close', (code) => resolve({ exitCode: code ?? 1, output }));
  });
}

/** The output of a command that must succeed, as problems. */
export async function problemsOf(cwd: string, command: string, args: readonly string[]): Promise<readonly string[]> {
  const { exitCode, output } = await runTool(cwd, command, args);
  return exitCode === 0 ? [] : [output.trim() || `${command} ended with exit code ${exitCode} and said nothing.`];
}
