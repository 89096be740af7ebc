import { untilAborted } from '../waiting.ts';
import { type Child, runChild, startBus, stopBus } from './child.ts';
import { consumerBus } from './handlers.ts';

/** Handles until it is asked to end. */
async function consume(child: Child): Promise<void> {
  const bus = consumerBus(child);
  if (await startBus(bus, child)) await untilAborted(child.ending);
  await stopBus(bus, child);
}

await runChild(consume);
