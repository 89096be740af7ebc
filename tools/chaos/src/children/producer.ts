import { clockMs } from '../history/fact.ts';
import { loadOf } from '../loads/loads.ts';
import type { Sender } from '../loads/load.ts';
import { untilAborted } from '../waiting.ts';
import { type Child, makeBus, runChild, startBus, stopBus } from './child.ts';

/** Sends until it is asked to end. */
async function produce(child: Child): Promise<void> {
  const { options, ending } = child;
  const load = loadOf(options);
  const bus = makeBus(child, load.producer(child));
  if (await startBus(bus, child)) {
    const senders = load.senders(bus, child);
    const pauseMs = (1_000 * senders.length) / options.rate;
    await Promise.all(senders.map((sender) => sendAll(sender, pauseMs, ending)));
  }
  await stopBus(bus, child);
}

/** Sends one after another, at the pace of the load. */
async function sendAll({ next }: Sender, pauseMs: number, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    const begun = clockMs();
    await next();
    await untilAborted(ending, Math.max(1, pauseMs - (clockMs() - begun)));
  }
}

await runChild(produce);
