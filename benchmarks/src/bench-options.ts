import { parseArgs } from 'node:util';
import type { Pace } from './row.ts';

export const BENCH_HELP = `Measures Waybill beside its peers, and each option of the memory transport beside the defaults.
Prints the tables; progress goes to standard error.

  npm run bench                       every row (about 20 minutes); writes benchmarks/results/latest.{json,md}
  npm run bench -- --rows memory      only rows whose file, section, title or unit holds the word, such as
                                      mediator, allocation, costs, B/msg; writes nothing
  npm run bench -- --rounds 5         more rounds (default 3); each measures forth and back in fresh processes
  npm run bench -- --quick            one short round, to see that all works: no figures to go by; writes nothing
  npm run bench -- --cpu              rates by the time that the measuring thread had a processor: on a machine that has other
                                      work, figures by the clock mean nothing. What helper threads do, as collecting
                                      memory, is not counted; peers that wait look too good; writes nothing
  npm run bench -- --out <folder>     writes latest.{json,md} there, whatever was measured
  npm run bench -- --gate             ends with 1 when something is worse by more than 10 % than in the last committed
                                      table, in every round than in every round of then

Rows that need a server are measured on one that is there, in a space that is removed, or on one that is started; where there is none
they are left out, and nothing is written. Figures that moved by more than 5 % since the last committed table are marked.`;

export interface BenchOptions {
  readonly rows: string;
  readonly rounds: number;
  readonly pace: Pace;
  /** Where the tables are written; without it they are printed only. */
  readonly out: string | undefined;
  readonly gate: boolean;
}

const NAMES = {
  rows: { type: 'string' },
  rounds: { type: 'string' },
  quick: { type: 'boolean', default: false },
  cpu: { type: 'boolean', default: false },
  out: { type: 'string' },
  gate: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const FULL: Pace = { warmUpMs: 1_500, sampleMs: 400, samples: 5 };
const QUICK: Pace = { warmUpMs: 300, sampleMs: 100, samples: 3 };

/** Options as given, or 'help'. `results` is where a whole run is written. Throws an error that says what is wrong with them. */
export function parseBenchOptions(given: readonly string[], results: string): BenchOptions | 'help' {
  const args = given.filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
  const { values } = parseArgs({ args, options: NAMES });
  if (values.help) return 'help';
  const { quick, cpu, gate, out } = values;
  const isWhole = values.rows === undefined && !quick && !cpu;
  return {
    rows: values.rows ?? '',
    rounds: roundsOf(values.rounds ?? (quick ? '1' : '3')),
    pace: paceOf(quick, cpu),
    out: out ?? (isWhole ? results : undefined),
    gate,
  };
}

function paceOf(quick: boolean, cpu: boolean): Pace {
  return { ...(quick ? QUICK : FULL), clock: cpu ? 'processor' : 'wall' };
}

function roundsOf(text: string): number {
  const rounds = Number(text);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new Error(`--rounds is "${text}". Use a whole number from 1.`);
  return rounds;
}
