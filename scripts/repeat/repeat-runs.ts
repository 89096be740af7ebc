import type { RepeatOptions } from './repeat-options.ts';
import type { Run } from './run-tests.ts';

/** What happens in a repetition; in tests none of it is real. */
export interface RepeatParts {
  readonly run: (number: number) => Promise<Run>;
  readonly print: (line: string) => void;
  /** No further run begins, and one that is under way does not count. */
  readonly signal: AbortSignal;
}

/** Runs as often as asked, prints a line for each run and each failure, then the summary. Tells whether every run was made and green. */
export async function repeatRuns(options: RepeatOptions, { run, print, signal }: RepeatParts): Promise<boolean> {
  const runs: Run[] = [];
  while (runs.length < options.runs && !signal.aborted && !(options.bail && runs.some(hasFailed))) {
    const one = await run(runs.length + 1);
    if (signal.aborted) break;
    runs.push(one);
    print(runLine(runs, options.runs));
    for (const line of failureLines(one)) print(line);
  }
  for (const line of summaryLines(runs, options.runs)) print(line);
  return runs.length === options.runs && !runs.some(hasFailed);
}

function runLine(runs: readonly Run[], of: number): string {
  const { seconds, failures, seed } = runs.at(-1) as Run;
  const verdict = failures.length === 0 ? 'ok' : `FAILED (${failures.length})`;
  const left = (of - runs.length) * median(runs.map((run) => run.seconds));
  return [
    `run ${String(runs.length).padStart(String(of).length)}/${of}`,
    `${seconds.toFixed(1).padStart(6)} s`,
    verdict,
    ...(seed === undefined ? [] : [`order of seed ${seed}`]),
    ...(left === 0 ? [] : [`about ${timeText(left)} left`]),
  ].join('  ');
}

function failureLines({ failures, log }: Run): readonly string[] {
  return failures.map(({ test, problem, seed }) => `  ✗ ${test}${seed === undefined ? '' : ` (seed ${seed})`}: ${problem}  → ${log}`);
}

function summaryLines(runs: readonly Run[], of: number): readonly string[] {
  if (runs.length === 0) return ['no run came to its end'];
  const seconds = runs.map((run) => run.seconds);
  const failures = runs.flatMap((run) => run.failures);
  const times = [Math.min(...seconds), median(seconds), Math.max(...seconds)].map((time) => time.toFixed(1));
  const counts = new Map<string, number>();
  for (const { test } of failures) counts.set(test, (counts.get(test) ?? 0) + 1);
  return [
    '',
    `${runs.length} of ${of} runs, ${runs.filter(hasFailed).length} of them failed, ${failures.length} failures; ` +
      `seconds: min ${times[0]}, median ${times[1]}, max ${times[2]}`,
    ...Array.from(counts, ([test, count]) => `  ${count} × ${test}`),
  ];
}

function hasFailed(run: Run): boolean {
  return run.failures.length > 0;
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
