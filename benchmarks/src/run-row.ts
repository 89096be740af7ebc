import { median } from './median.ts';
import { linesOf, type Row, type Unit } from './row.ts';

/** A row as measured: the medians, ours against each peer, and the raw figures of each round. */
export interface RowResult {
  readonly title: string;
  readonly unit: Unit;
  readonly ours: number;
  /** One figure a round, the mean of forth and back. */
  readonly oursByRound: readonly number[];
  readonly peers: readonly PeerResult[];
}

/** One peer beside us; `against` is the median over the rounds of ours ÷ theirs, or ours − theirs. */
export interface PeerResult {
  readonly name: string;
  readonly figure: number;
  readonly against: number;
  readonly againstByRound: readonly number[];
}

/** Measures one variant once, in a fresh process: a figure for each line of the row. */
export type Sampler = (variant: string, round: number) => Promise<readonly number[]>;

/** Ours and each peer, forth and back in each round, so that a drift of the machine hits all alike. One result for each line of the row. */
export async function runRow(row: Row, rounds: number, sample: Sampler): Promise<readonly RowResult[]> {
  const names = ['ours', ...Object.keys(row.peers)];
  const samples = new Map<string, (readonly number[])[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round += 1)
    for (const name of [...names, ...names.toReversed()]) samples.get(name)?.push(await sample(name, round));
  return linesOf(row).map((line, index) => resultOf(line, (name) => (samples.get(name) ?? []).map((figures) => figures[index] as number)));
}

function resultOf(row: Row, figuresOf: (name: string) => readonly number[]): RowResult {
  const oursByRound = perRound(figuresOf('ours'));
  return {
    title: row.title,
    unit: row.unit,
    ours: median(oursByRound),
    oursByRound,
    peers: Object.keys(row.peers).map((name) => {
      const theirs = perRound(figuresOf(name));
      const againstByRound = oursByRound.map((ours, round) => compare(row, ours, theirs[round] as number));
      return { name, figure: median(theirs), against: median(againstByRound), againstByRound };
    }),
  };
}

/** How many processes measure a row. */
export function samplesOf(row: Row, rounds: number): number {
  return (Object.keys(row.peers).length + 1) * 2 * rounds;
}

function compare({ compare: how }: Row, ours: number, theirs: number): number {
  return how === 'difference' ? ours - theirs : ours / theirs;
}

/** The mean of the two samples of each round. */
function perRound(figures: readonly number[]): readonly number[] {
  return Array.from(
    { length: figures.length / 2 },
    (_, round) => ((figures[2 * round] as number) + (figures[2 * round + 1] as number)) / 2,
  );
}
