import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FoundRow } from './find-rows.ts';
import { linesOf, type Pace } from './row.ts';

const TIMEOUT_MS = 120_000;

/** Measures one variant of a row in a fresh process, at the servers with these addresses. The figures of the lines of the row. */
export function sampleProcess(
  { row, file, index }: FoundRow,
  name: string,
  pace: Pace,
  urls: readonly string[],
): Promise<readonly number[]> {
  const sample = fileURLToPath(new URL('sample.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(row.nodeOptions ?? []), sample, file, String(index), name, JSON.stringify(pace)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      env: { ...process.env, WAYBILL_BENCH_URLS: JSON.stringify(urls) },
    });
    let [out, problems] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const figures = code === 0 ? figuresIn(out.trim().split('\n').at(-1) ?? '') : [];
      if (figures.length === linesOf(row).length) resolve(figures);
      else reject(new Error(`"${row.title}", ${name}: ended with ${signal ?? code}\n${problems || out}`));
    });
  });
}

/** `[1.5,2]`; none in anything else. */
function figuresIn(line: string): readonly number[] {
  const figures: unknown = line.startsWith('[') ? JSON.parse(line) : [];
  return Array.isArray(figures) ? figures.filter((one): one is number => Number.isFinite(one)) : [];
}
