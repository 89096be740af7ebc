import { relative } from 'node:path';

/** One test, or one file that could not be run, that failed. */
export interface Failure {
  readonly test: string;
  /** The first line of what it said. */
  readonly problem: string;
  /** The seed that its name or its message tells. */
  readonly seed: string | undefined;
}

/** The part of the runner's JSON report that is read here. */
interface RunnerReport {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What failed in a run. A run that ended badly has at least one failure, whatever its report says. */
export function failuresOf(root: string, report: string | undefined, end: ProcessEnd): readonly Failure[] {
  const read = readReport(report);
  const failures = (read?.testResults ?? []).flatMap((file) => failuresOfFile(relative(root, file.name), file));
  if (failures.length > 0) return failures;
  if (read === undefined) return [failure('the run', `ended with ${endText(end)} and wrote no report`)];
  if (read.numTotalTests === 0) return [failure('the run', 'ran no test')];
  return end.code === 0 ? [] : [failure('the run', `ended with ${endText(end)}, and no test failed`)];
}

function failuresOfFile(path: string, file: RunnerReport['testResults'][number]): readonly Failure[] {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0 && file.status === 'failed') return [failure(path, file.message ?? 'could not be run')];
  return failed.map(({ fullName, failureMessages }) => failure(`${path} › ${fullName}`, failureMessages?.join('\n') ?? 'failed'));
}

function failure(test: string, message: string): Failure {
  const seed = /\bseed\b["'\s:=]*(\d+)/i.exec(`${test}\n${message}`)?.[1];
  return { test, problem: message.trim().split('\n')[0] ?? '', seed };
}

function readReport(text: string | undefined): RunnerReport | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as RunnerReport);
  } catch {
    return undefined; // cut off in the middle
  }
}

function endText({ code, signal }: ProcessEnd): string {
  return signal ?? `exit code ${code}`;
}
