import { type Child, runChild, startBus, stopBus } from './child.ts';
import { consumerBus } from './handlers.ts';
import { CONCURRENCY } from './contracts.ts';

/** When all is over: lists the dead letters of every endpoint. It is a consumer as well, though there should be nothing left. */
async function audit(child: Child): Promise<void> {
  const bus = consumerBus(child);
  if (!(await startBus(bus, child))) return;
  for (const at of Object.keys(CONCURRENCY)) {
    const letters = bus.deadLetters(at).list();
    for await (const { messageId, reason } of letters) child.history.write({ kind: 'dead', id: messageId ?? '', at, reason: reason ?? '' });
    if (!letters.complete) child.history.write({ kind: 'trouble', what: `the dead letters of ${at} could not all be listed` });
  }
  await stopBus(bus, child);
}

await runChild(audit);
