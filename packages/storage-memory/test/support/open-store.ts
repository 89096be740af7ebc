import type { OutboxEntry } from '@waybill/core/persistence';
import type { VirtualRuntime } from '@waybill/simulation';
import { virtualRuntime } from '@waybill/simulation';
import type { MemoryStore } from '../../src/index.ts';
import { memoryStore } from '../../src/index.ts';

/** A store that is open, and the time that it goes by. */
export async function openStore(): Promise<{ readonly store: MemoryStore; readonly runtime: VirtualRuntime }> {
  const store = memoryStore();
  const runtime = virtualRuntime();
  await store.open({ runtime, provisioning: 'apply' });
  return { store, runtime };
}

/** An entry to the endpoint `orders` whose body is the text. */
export const entryOf = (text: string, partitionKey?: string): OutboxEntry => ({
  entry: {
    destination: { kind: 'endpoint', name: 'orders' },
    headers: new Map([['waybill-id', text]]),
    body: new TextEncoder().encode(text),
    partitionKey,
  },
});
