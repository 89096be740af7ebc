const SAMPLES = 5;
const SAMPLE_MS = 400;
const WARM_UP_MS = 1_500;

/** Runs `batch(count)` until the code is warm, then for several samples; the median, in messages a second. */
export async function throughput(batch: (count: number) => Promise<void>, count = 10_000): Promise<number> {
  await sample(batch, count, WARM_UP_MS);
  const rates: number[] = [];
  for (let index = 0; index < SAMPLES; index += 1) rates.push(await sample(batch, count, SAMPLE_MS));
  return rates.sort((a, b) => a - b)[SAMPLES >> 1] as number;
}

async function sample(batch: (count: number) => Promise<void>, count: number, forMs: number): Promise<number> {
  const begin = performance.now();
  let done = 0;
  while (performance.now() - begin < forMs) {
    await batch(count);
    done += count;
  }
  return (done * 1_000) / (performance.now() - begin);
}
