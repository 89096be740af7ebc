import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type Failure, failuresOf, type ProcessEnd } from './failures.ts';
import type { RepeatOptions } from './repeat-options.ts';

/** One run of the tests. */
export interface Run {
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** The seed of the order of files. */
  readonly seed: number | undefined;
  /** What the runner wrote; kept when something failed. */
  readonly log: string;
}

/** Where runs happen: `runner` is a script of Node that takes the arguments of Vitest, `logs` a folder that exists. */
export interface RunPlace {
  readonly root: string;
  readonly runner: string;
  readonly logs: string;
  /** Ends the run that is under way. */
  readonly signal: AbortSignal;
}

/** Runs the tests once, the `number`th time, in a process of their own. */
export async function runTests(place: RunPlace, options: RepeatOptions, number: number): Promise<Run> {
  const seed = options.seed === undefined ? undefined : options.seed + number - 1;
  const name = join(place.logs, `run-${String(number).padStart(3, '0')}`);
  const [log, report] = [`${name}.log`, `${name}.json`];
  const order = seed === undefined ? [] : ['--sequence.shuffle.files', `--sequence.seed=${seed}`];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const begin = performance.now();
  const end = await runProcess(place, log, options.limitSeconds, [...reporters, ...order, ...options.filters]);
  const seconds = (performance.now() - begin) / 1_000;
  const failures = failuresOf(place.root, readIfThere(report), end);
  rmSync(report, { force: true });
  if (failures.length === 0) rmSync(log, { force: true });
  return { seconds, failures, seed, log };
}

function runProcess({ root, runner, signal }: RunPlace, log: string, limitSeconds: number, args: readonly string[]): Promise<ProcessEnd> {
  const output = openSync(log, 'w');
  const child = spawn(process.execPath, [runner, 'run', '--project=unit', ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    stdio: ['ignore', output, output],
    timeout: limitSeconds * 1_000,
    killSignal: 'SIGKILL',
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  return new Promise<ProcessEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, killedBy) => resolve({ code, signal: killedBy }));
  }).finally(() => {
    signal.removeEventListener('abort', stop);
    closeSync(output);
  });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
