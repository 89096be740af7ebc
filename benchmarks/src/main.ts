import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Report } from './report.ts';
import { renderReport } from './report.ts';
import type { Row } from './row.ts';
import { runRow } from './run-row.ts';

const HELP = `Measures Waybill beside its peers and prints a table.

  npm run bench                       every row; writes benchmarks/results/latest.{json,md}
  npm run bench -- --only memory      only rows whose file name holds the word; writes nothing
  npm run bench -- --rounds 5         more rounds (default 3); each round measures forth and back in fresh processes
  npm run bench -- --dry              writes nothing`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    dry: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await main();

async function main(): Promise<void> {
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}; use a whole number from 1`);
  const folder = new URL('rows/', import.meta.url);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && name.includes(values.only ?? ''))
    .toSorted();
  if (files.length === 0) throw new Error(`no row's file name holds "${values.only}"`);
  const rows: Row[] = [];
  const results: Report['rows'][number][] = [];
  for (const name of files) {
    const { row } = (await import(new URL(name, folder).href)) as { readonly row: Row };
    process.stderr.write(`${rows.length + 1}/${files.length} ${row.title} …\n`);
    rows.push(row);
    results.push(await runRow(row, new URL(name, folder).href, rounds));
  }
  const report: Report = {
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    rounds,
    rows: results,
  };
  const table = renderReport(report, rows, readBefore());
  console.log(table);
  if (values.dry || values.only !== undefined) return;
  writeFileSync(resultPath('latest.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(resultPath('latest.md'), table);
}

function resultPath(name: string): string {
  return fileURLToPath(new URL(`../results/${name}`, import.meta.url));
}

function readBefore(): Report | undefined {
  try {
    return JSON.parse(readFileSync(resultPath('latest.json'), 'utf8')) as Report;
  } catch {
    return undefined;
  }
}
