import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BENCH_HELP, type BenchOptions, parseBenchOptions } from './bench-options.ts';
import { borrowServers, type BorrowedServers } from './borrow-servers.ts';
import { findRows, type FoundRow } from './find-rows.ts';
import { Progress } from './progress.ts';
import { worseThan } from './report/change.ts';
import { lastCommitted } from './report/last-committed.ts';
import { renderReport } from './report/render-report.ts';
import type { Report } from './report/report.ts';
import { linesOf } from './row.ts';
import type { RowResult } from './run-row.ts';
import { runRow, samplesOf } from './run-row.ts';
import { sampleProcess } from './sample-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const options = optionsOrHelp();
  if (options === undefined) return;
  const wanted = await findRows(options.rows);
  if (wanted.length === 0) throw new Error(`No row's file, section, title or unit holds "${options.rows}". See benchmarks/src/rows.`);
  await using servers = await borrowServers(wanted);
  const { urls, missing } = servers;
  for (const line of missing) console.error(line);
  const found = wanted.filter(({ row: { servers: needed = [] } }) => needed.every((server) => urls.has(server)));
  const { results, failures } = await measure(found, urls, options);
  const report = reportOf(options, servers, results);
  const before = lastCommitted(root);
  const rows = found.flatMap(({ row }) => linesOf(row));
  const tables = renderReport(report, rows, before);
  console.log(tables);
  if (options.out !== undefined && failures.length === 0 && missing.length === 0) write(options.out, report, tables);
  fail([...failures, ...(options.gate ? worseThan(before, report) : [])]);
}

function reportOf({ rounds, pace }: BenchOptions, { shown }: BorrowedServers, results: readonly RowResult[]): Report {
  return {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} ${process.arch}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    rounds,
    clock: pace.clock ?? 'wall',
    servers: shown,
    rows: results,
  };
}

/** `undefined` when there is nothing to measure: the help was wanted, or the options are wrong. */
function optionsOrHelp(): BenchOptions | undefined {
  try {
    const options = parseBenchOptions(process.argv.slice(2), join(root, 'benchmarks', 'results'));
    if (options !== 'help') return options;
    console.log(BENCH_HELP);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${BENCH_HELP}`);
    process.exitCode = 2;
  }
  return undefined;
}

/** A row that cannot be measured harms no other. */
async function measure(
  found: readonly FoundRow[],
  urls: BorrowedServers['urls'],
  options: BenchOptions,
): Promise<{ readonly results: readonly RowResult[]; readonly failures: readonly string[] }> {
  const rounds = found.map(({ row }) => row.rounds ?? options.rounds);
  const progress = new Progress(
    found.map(({ row }, index) => ({ row, rounds: rounds[index] as number, samples: samplesOf(row, rounds[index] as number) })),
  );
  const results: RowResult[] = [];
  const failures: string[] = [];
  for (const [index, one] of found.entries()) {
    const own = (one.row.servers ?? []).map((server) => urls.get(server) ?? '');
    const sample = async (variant: string, round: number): Promise<readonly number[]> => {
      show(progress.line(index, round, variant));
      const begin = performance.now();
      const figures = await sampleProcess(one, variant, options.pace, own);
      progress.took(index, (performance.now() - begin) / 1_000);
      return figures;
    };
    await runRow(one.row, rounds[index] as number, sample).then(
      (lines) => results.push(...lines),
      (error: unknown) => failures.push(error instanceof Error ? error.message : String(error)),
    );
  }
  show('');
  return { results, failures };
}

/** On a terminal one line that changes; else a line each. */
function show(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line.slice(0, process.stderr.columns - 1)}`);
  else if (line !== '') process.stderr.write(`${line}\n`);
}

function write(folder: string, report: Report, tables: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'latest.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(folder, 'latest.md'), tables);
}

function fail(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
