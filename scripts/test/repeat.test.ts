import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { failuresOf } from '../repeat/failures.ts';
import { parseRepeatOptions, type RepeatOptions } from '../repeat/repeat-options.ts';
import { repeatRuns } from '../repeat/repeat-runs.ts';
import { type Run, runTests } from '../repeat/run-tests.ts';

const OPTIONS: RepeatOptions = { runs: 3, filters: [], bail: false, seed: undefined, limitSeconds: 60 };
const GREEN = { code: 0, signal: null };

const file = (path: string, tests: readonly (readonly [string, string | undefined])[], message = '') => ({
  name: join('/repository', path),
  status: message !== '' || tests.some(([, problem]) => problem !== undefined) ? 'failed' : 'passed',
  message,
  assertionResults: tests.map(([fullName, problem]) => ({
    fullName,
    status: problem === undefined ? 'passed' : 'failed',
    failureMessages: problem === undefined ? [] : [problem],
  })),
});

const report = (...files: ReturnType<typeof file>[]): string => JSON.stringify({ numTotalTests: files.length, testResults: files });

describe('the options of a repetition', () => {
  it('are ten runs of all tests, or what is given', () => {
    expect(parseRepeatOptions([])).toEqual({ runs: 10, filters: [], bail: false, seed: undefined, limitSeconds: 600 });
    expect(parseRepeatOptions(['--', '50', 'packages/core', '--bail', '--limit', '9', '--seed', '7'])).toEqual({
      runs: 50,
      filters: ['packages/core'],
      bail: true,
      seed: 7,
      limitSeconds: 9,
    });
    expect(parseRepeatOptions(['packages/core', 'scripts'])).toMatchObject({ runs: 10, filters: ['packages/core', 'scripts'] });
    expect(parseRepeatOptions(['--shuffle'])).toMatchObject({ seed: expect.any(Number) });
    expect(parseRepeatOptions(['5', '--help'])).toBe('help');
  });

  it.each([
    [['0'], 'the number of runs is "0". Use a whole number from 1.'],
    [['1.5'], 'the number of runs is "1.5". Use a whole number from 1.'],
    [['--seed', 'x'], '--seed is "x". Use a whole number from 1.'],
    [['--limit', '-1'], '--limit'],
    [['--bial'], "Unknown option '--bial'"],
  ])('refuses %j', (given, problem) => {
    expect(() => parseRepeatOptions(given)).toThrow(problem);
  });
});

describe('the failures of a run', () => {
  it('are the tests that failed, with the first line of the problem and the seed that it tells', () => {
    const text = report(
      file('a.test.ts', [
        ['holds', undefined],
        ['breaks', 'Error: Seed 12 failed: lost\n    at a'],
      ]),
      file('b.test.ts', [['also breaks (seed 3)', 'AssertionError: no']]),
    );
    expect(failuresOf('/repository', text, { code: 1, signal: null })).toEqual([
      { test: 'a.test.ts › breaks', problem: 'Error: Seed 12 failed: lost', seed: '12' },
      { test: 'b.test.ts › also breaks (seed 3)', problem: 'AssertionError: no', seed: '3' },
    ]);
  });

  it('are none where all passed', () => {
    expect(failuresOf('/repository', report(file('a.test.ts', [['holds', undefined]])), GREEN)).toEqual([]);
  });

  it('are files that could not be run', () => {
    const text = report(file('a.test.ts', [], 'SyntaxError: Unexpected token\nmore'));
    expect(failuresOf('/repository', text, { code: 1, signal: null })).toEqual([
      { test: 'a.test.ts', problem: 'SyntaxError: Unexpected token', seed: undefined },
    ]);
  });

  it('are runs that ended badly though no test failed, that ran nothing, and that were ended', () => {
    const passed = report(file('a.test.ts', [['holds', undefined]]));
    expect(failuresOf('/', passed, { code: 1, signal: null })[0]?.problem).toBe('ended with exit code 1, and no test failed');
    expect(failuresOf('/', report(), GREEN)[0]?.problem).toBe('ran no test');
    expect(failuresOf('/', undefined, { code: null, signal: 'SIGKILL' })[0]?.problem).toBe('ended with SIGKILL and wrote no report');
    expect(failuresOf('/', passed.slice(0, -3), GREEN)[0]?.problem).toBe('ended with exit code 0 and wrote no report');
  });
});

describe('a repetition', () => {
  const lost = { test: 'a.test.ts › breaks', problem: 'Error: lost', seed: '12' };
  const RUNS: readonly Run[] = [
    { seconds: 10, failures: [], seed: undefined, log: '/logs/run-001.log' },
    { seconds: 14, failures: [lost], seed: undefined, log: '/logs/run-002.log' },
    { seconds: 12, failures: [lost], seed: undefined, log: '/logs/run-003.log' },
  ];

  async function repeat(
    options: Partial<RepeatOptions>,
    abortIn?: number,
  ): Promise<{ readonly isGreen: boolean; readonly lines: string[] }> {
    const lines: string[] = [];
    const stop = new AbortController();
    const isGreen = await repeatRuns(
      { ...OPTIONS, ...options },
      {
        run: (number) => {
          if (number === abortIn) stop.abort();
          return Promise.resolve(RUNS[number - 1] as Run);
        },
        print: (line) => void lines.push(line),
        signal: stop.signal,
      },
    );
    return { isGreen, lines };
  }

  it('prints a line for each run and each failure, with the log, then what failed how often and the times', async () => {
    const { isGreen, lines } = await repeat({});
    expect(isGreen).toBe(false);
    expect(lines).toEqual([
      'run 1/3    10.0 s  ok  about 20 s left',
      'run 2/3    14.0 s  FAILED (1)  about 12 s left',
      '  ✗ a.test.ts › breaks (seed 12): Error: lost  → /logs/run-002.log',
      'run 3/3    12.0 s  FAILED (1)',
      '  ✗ a.test.ts › breaks (seed 12): Error: lost  → /logs/run-003.log',
      '',
      '3 of 3 runs, 2 of them failed, 2 failures; seconds: min 10.0, median 12.0, max 14.0',
      '  2 × a.test.ts › breaks',
    ]);
  });

  it('is green when all runs were', async () => {
    expect((await repeat({ runs: 1 })).isGreen).toBe(true);
  });

  it('ends after the first failure with --bail', async () => {
    const { isGreen, lines } = await repeat({ bail: true });
    expect(isGreen).toBe(false);
    expect(lines).toContain('2 of 3 runs, 1 of them failed, 1 failures; seconds: min 10.0, median 12.0, max 14.0');
  });

  it('that is stopped is not green, and does not count the run that was under way', async () => {
    const { isGreen, lines } = await repeat({}, 2);
    expect(isGreen).toBe(false);
    expect(lines).toContain('1 of 3 runs, 0 of them failed, 0 failures; seconds: min 10.0, median 10.0, max 10.0');
  });
});

describe('one run', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-repeat-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A runner that tells its arguments, and writes this report. */
  async function runWith(text: string | undefined, end: string, options: Partial<RepeatOptions> = {}): Promise<Run> {
    const runner = join(folder, 'runner.mjs');
    writeFileSync(
      runner,
      `import { writeFileSync } from 'node:fs';
      console.log(process.argv.slice(2).join(' '));
      const report = process.argv.find((arg) => arg.startsWith('--outputFile.json=')).split('=')[1];
      ${text === undefined ? '' : `writeFileSync(report, ${JSON.stringify(text)});`}
      ${end}`,
    );
    const place = { root: folder, runner, logs: folder, signal: new AbortController().signal };
    return runTests(place, { ...OPTIONS, ...options }, 2);
  }

  it('hands on filters and the seed of this run, and keeps its log only when it failed', async () => {
    const failed = await runWith(report(file('a.test.ts', [['breaks', 'Error: no']])), 'process.exit(1)', { filters: ['core'], seed: 7 });
    expect(failed).toMatchObject({ seed: 8, log: join(folder, 'run-002.log'), failures: [{ problem: 'Error: no' }] });
    expect(readFileSync(failed.log, 'utf8')).toMatch(/^run --project=unit .*--sequence\.shuffle\.files --sequence\.seed=8 core$/m);
    const green = await runWith(report(file('a.test.ts', [['holds', undefined]])), '');
    expect(green).toMatchObject({ seed: undefined, failures: [] });
    expect(readdirSync(folder)).toEqual(['runner.mjs']);
  });

  it('that does not end within its limit is ended, and failed', async () => {
    const run = await runWith(undefined, 'setInterval(() => {}, 1_000)', { limitSeconds: 0.2 });
    expect(run.failures).toEqual([{ test: 'the run', problem: 'ended with SIGKILL and wrote no report', seed: undefined }]);
  });
});
