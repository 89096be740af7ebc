import { TestFailure } from '../expecting/test-failure.ts';

/** Which seeds {@link forSeeds} runs. */
export interface SeedRange {
  /** @default 1 */
  readonly from?: number;
  readonly count: number;
}

/**
 * Runs a test once for each seed, one after another. The first that fails ends it, with an error that names the seed:
 * `await forSeeds(1_000, async (seed) => { … createTestHarness({ faults: { seed, duplicate: 0.1 } }) … })`.
 * @throws TestFailure with the failure of the test as its cause
 */
export async function forSeeds(seeds: number | SeedRange, run: (seed: number) => Promise<void>): Promise<void> {
  const { from = 1, count } = typeof seeds === 'number' ? { count: seeds } : seeds;
  for (let seed = from; seed < from + count; seed += 1) {
    try {
      await run(seed);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      throw new TestFailure(`Seed ${seed} failed (repeat it alone by \`{ from: ${seed}, count: 1 }\`): ${what}`, { cause: error });
    }
  }
}
