import type { Bus, DeadLetterItem } from '@waybill/core';

import { loadOf } from '../loads/loads.ts';
import { pauseUntil } from '../waiting.ts';
import { type Child, makeBus, runChild, startBus, stopBus } from './child.ts';

/** A listing says when letters may be missing, such as on a busy machine; then it is made again. */
const LISTING_MS = 60_000;

/** When all is over: lists the dead letters of every endpoint, and what else the load is to show. It is a consumer as well, though there should be nothing left. */
async function audit(child: Child): Promise<void> {
  const load = loadOf(child.options);
  const bus = makeBus(child, load.consumer(child));
  if (!(await startBus(bus, child))) return;
  for (const at of Object.keys(load.concurrency)) await list(bus, at, child);
  await load.audit?.(child);
  await stopBus(bus, child);
}

async function list(bus: Bus, at: string, { history }: Child): Promise<void> {
  let found: DeadLetterItem[] = [];
  const isWhole = await pauseUntil(async () => {
    const letters = bus.deadLetters(at).list();
    found = [];
    for await (const letter of letters) found.push(letter);
    return letters.complete;
  }, LISTING_MS);
  for (const { messageId, reason } of found) history.write({ kind: 'dead', id: messageId ?? '', at, reason: reason ?? '' });
  if (!isWhole) history.write({ kind: 'trouble', what: `the dead letters of ${at} could not all be listed` });
}

await runChild(audit);
