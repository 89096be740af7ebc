import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FoundRow } from './find-rows.ts';
import type { Pace } from './row.ts';

const TIMEOUT_MS = 120_000;

/** Measures one variant of a row in a fresh process. */
export function sampleProcess({ row, file, index }: FoundRow, name: string, pace: Pace): Promise<number> {
  const sample = fileURLToPath(new URL('sample.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(row.nodeOptions ?? []), sample, file, String(index), name, JSON.stringify(pace)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let [out, problems] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const figure = Number(out.trim().split('\n').at(-1));
      if (code === 0 && out.trim() !== '' && Number.isFinite(figure)) resolve(figure);
      else reject(new Error(`"${row.title}", ${name}: ended with ${signal ?? code}\n${problems || out}`));
    });
  });
}
