import type { Pace } from '../row.ts';

/** Milliseconds on the clock, or those that this thread has had a processor. */
export function clockOf({ clock }: Pace): () => number {
  return clock === 'processor' ? processorTime : () => performance.now();
}

function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
