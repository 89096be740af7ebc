import { loadOf } from '../loads/loads.ts';
import { untilAborted } from '../waiting.ts';
import { type Child, makeBus, runChild, startBus, stopBus } from './child.ts';

/** Handles until it is asked to end. */
async function consume(child: Child): Promise<void> {
  const bus = makeBus(child, loadOf(child.options).consumer(child));
  if (await startBus(bus, child)) await untilAborted(child.ending);
  await stopBus(bus, child);
}

await runChild(consume);
