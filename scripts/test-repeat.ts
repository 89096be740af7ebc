// Runs the unit tests again and again: `pnpm test:repeat --help`.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { parseRepeatOptions, REPEAT_HELP, type RepeatOptions } from './repeat/repeat-options.ts';
import { repeatRuns } from './repeat/repeat-runs.ts';
import { runTests } from './repeat/run-tests.ts';

function optionsOrHelp(): RepeatOptions | 'help' | undefined {
  try {
    return parseRepeatOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${REPEAT_HELP}`);
    return undefined;
  }
}

async function repeat(options: RepeatOptions): Promise<boolean> {
  const root = dirname(import.meta.dirname);
  const logs = mkdtempSync(join(tmpdir(), 'waybill-test-repeat-'));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const place = { root, logs, runner: join(root, 'node_modules', 'vitest', 'vitest.mjs'), signal: stop.signal };
  console.log(`${options.runs} runs of the unit tests; logs of failed ones stay in ${logs}`);
  const isGreen = await repeatRuns(options, { run: (number) => runTests(place, options, number), print: console.log, signal: stop.signal });
  if (readdirSync(logs).length === 0) rmSync(logs, { recursive: true });
  return isGreen;
}

const options = optionsOrHelp();
if (options === 'help') console.log(REPEAT_HELP);
else if (options === undefined) process.exitCode = 2;
else if (!(await repeat(options))) process.exitCode = 1;
