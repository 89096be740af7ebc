const COUNT = 20_000;

/**
 * Bytes allocated per message. For processes whose young generation is so large that nothing is collected meanwhile; a
 * collection that happens all the same fails the measurement.
 */
export async function allocation(batch: (count: number) => Promise<void>): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error('allocation is measured with `--expose-gc`');
  for (let round = 0; round < 10; round += 1) await batch(COUNT);
  collect();
  const before = process.memoryUsage().heapUsed;
  await batch(COUNT);
  const after = process.memoryUsage().heapUsed;
  if (after <= before) throw new Error('memory was collected during the measurement; raise the semi-space');
  return (after - before) / COUNT;
}

/** The options of Node under which nothing is collected. */
export const UNCOLLECTED: readonly string[] = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'];
