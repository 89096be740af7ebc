import { parseArgs } from 'node:util';

export const REPEAT_HELP = `Runs the unit tests again and again, to find those that fail now and then.

  pnpm test:repeat 50                  50 runs (default 10)
  pnpm test:repeat 50 packages/core    only test files whose path holds the word
  pnpm test:repeat 50 --bail           stops after the first run with a failure
  pnpm test:repeat 50 --shuffle        the files in another order in each run; a failure tells the seed of the order
  pnpm test:repeat 1 --seed 7          one run in the order of seed 7 (the next run takes 8)
  pnpm test:repeat 50 --limit 120      a run that takes more than 120 s is ended, and counts as failed (default 600)

One line per run and per failure; the logs of failed runs are kept. Ends with 1 when a run failed, with 2 when it was called wrongly.`;

/** What is to be run, and how often. */
export interface RepeatOptions {
  readonly runs: number;
  /** Words of the paths of test files; none means all. */
  readonly filters: readonly string[];
  readonly bail: boolean;
  /** The seed of the first run's order of files; without one the order is the runner's own. */
  readonly seed: number | undefined;
  /** After so many seconds a run is ended. */
  readonly limitSeconds: number;
}

const NAMES = {
  bail: { type: 'boolean', default: false },
  shuffle: { type: 'boolean', default: false },
  seed: { type: 'string' },
  limit: { type: 'string', default: '600' },
  help: { type: 'boolean', default: false },
} as const;

/** Options as given, or 'help'. Throws an error that says what is wrong with them. */
export function parseRepeatOptions(given: readonly string[]): RepeatOptions | 'help' {
  const args = given.filter((arg, index) => index > 0 || arg !== '--'); // pnpm hands it on
  const { values, positionals } = parseArgs({ args, options: NAMES, allowPositionals: true });
  if (values.help) return 'help';
  const [first, ...rest] = positionals;
  const isCount = first !== undefined && /^-?[\d.]+$/.test(first);
  const shuffled = values.shuffle ? Date.now() % 1_000_000 : undefined;
  return {
    runs: isCount ? wholeNumber('the number of runs', first) : 10,
    filters: isCount || first === undefined ? rest : [first, ...rest],
    bail: values.bail,
    seed: values.seed === undefined ? shuffled : wholeNumber('--seed', values.seed),
    limitSeconds: wholeNumber('--limit', values.limit),
  };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is "${text}". Use a whole number from 1.`);
  return value;
}
