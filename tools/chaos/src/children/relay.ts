import { untilAborted } from '../waiting.ts';
import { type Child, makeBus, runChild, startBus, stopBus } from './child.ts';

/** Sends what others have put into the outbox, until it is asked to end. */
async function relay(child: Child): Promise<void> {
  const bus = makeBus(child, {});
  if (await startBus(bus, child)) await untilAborted(child.ending);
  await stopBus(bus, child);
}

await runChild(relay);
