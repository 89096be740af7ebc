// Chaos: `pnpm chaos --help`.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { boundsOf } from './bounds.ts';
import { CHAOS_HELP, type ChaosOptions, parseChaosOptions } from './chaos-options.ts';
import { loadOf } from './loads/loads.ts';
import { Monitor } from './monitor.ts';
import { renderReport } from './report/render-report.ts';
import { type Report, reportOf } from './report/report.ts';
import { runChaos, titleOf } from './run-chaos.ts';
import { storeNamed } from './stores/stores.ts';
import { transportNamed } from './transports/transports.ts';

function optionsOrHelp(): ChaosOptions | 'help' | undefined {
  try {
    return parseChaosOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${CHAOS_HELP}`);
    return undefined;
  }
}

/** Makes a run and its report. Tells whether all promises were kept. */
async function chaos(options: ChaosOptions): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-chaos-'));
  const monitor = new Monitor(folder);
  const load = loadOf(options);
  let isKept = false;
  try {
    await using broker = await transportNamed(options.transport).startBroker(Object.keys(load.concurrency));
    await using database = options.store === undefined ? undefined : await storeNamed(options.store).startDatabase();
    await runChaos(options, { broker, database, monitor, print: console.error, ending: untilInterrupted() });
    const report = reportOf(monitor.books, options, titleOf({ broker, database }), boundsOf(load));
    console.log(renderReport(report));
    if (options.out !== undefined) write(options.out, report);
    isKept = report.problems.length === 0;
  } finally {
    monitor.close();
    if (isKept && !options.keep) rmSync(folder, { recursive: true, force: true });
    else console.error(`the history stands in ${folder}`);
  }
  return isKept;
}

/** Ctrl-C once ends the faults, twice the run. */
function untilInterrupted(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (ending.signal.aborted) process.exit(130);
      console.error('no further faults; the run comes to its end (once more ends it at once)');
      ending.abort();
    });
  }
  return ending.signal;
}

function write(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  const path = join(
    folder,
    `chaos-${report.transport}-${report.queue}${report.store === undefined ? '' : `-${report.store}`}-${report.date}`,
  );
  writeFileSync(`${path}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, renderReport(report));
  console.error(`the report stands in ${path}.md and .json`);
}

const options = optionsOrHelp();
if (options === 'help') console.log(CHAOS_HELP);
else if (options === undefined) process.exitCode = 2;
else if (!(await chaos(options))) process.exitCode = 1;
