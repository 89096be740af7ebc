import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './median.ts';
import type { Row } from './row.ts';

/** A row as measured: the medians, and ours against each peer. */
export interface RowResult {
  readonly title: string;
  readonly unit: Row['unit'];
  readonly ours: number;
  readonly peers: readonly PeerResult[];
}

/** One peer beside us; `against` is the median over the rounds of ours ÷ theirs, or ours − theirs. */
export interface PeerResult {
  readonly name: string;
  readonly figure: number;
  readonly against: number;
}

const SAMPLE_TIMEOUT_MS = 120_000;

/** Measures ours and each peer in fresh processes, forth and back in each round, so that a drift of the machine hits all alike. */
export async function runRow(row: Row, file: string, rounds: number): Promise<RowResult> {
  const names = ['ours', ...Object.keys(row.peers)];
  const figures = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of [...names, ...names.toReversed()]) figures.get(name)?.push(await runSample(row, file, name));
  }
  const ours = figures.get('ours') as number[];
  return {
    title: row.title,
    unit: row.unit,
    ours: median(ours),
    peers: Object.keys(row.peers).map((name) => {
      const theirs = figures.get(name) as number[];
      return { name, figure: median(theirs), against: compare(row, perRound(ours), perRound(theirs)) };
    }),
  };
}

function compare({ compare: how }: Row, ours: readonly number[], theirs: readonly number[]): number {
  return median(
    ours.map((figure, round) => (how === 'difference' ? figure - (theirs[round] as number) : figure / (theirs[round] as number))),
  );
}

/** The mean of the two samples of each round. */
function perRound(figures: readonly number[]): readonly number[] {
  return Array.from(
    { length: figures.length / 2 },
    (_, round) => ((figures[2 * round] as number) + (figures[2 * round + 1] as number)) / 2,
  );
}

function runSample(row: Row, file: string, name: string): Promise<number> {
  const sample = fileURLToPath(new URL('sample.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(row.nodeOptions ?? []), sample, file, name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: SAMPLE_TIMEOUT_MS,
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
