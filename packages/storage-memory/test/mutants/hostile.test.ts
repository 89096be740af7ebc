import { describe } from 'vitest';
import type { InboxKey } from '@waybill/core/persistence';
import type { TransportEntry } from '@waybill/core/transport';
import { claiming, storing, testMutants, type Store } from '../support/mutant.ts';

const keying = (store: Store, change: (text: string) => string): Partial<Store> => {
  const changed = ({ scope, endpoint, handlerId, idempotencyKey }: InboxKey): InboxKey => ({
    scope: change(scope),
    endpoint: change(endpoint),
    handlerId: change(handlerId),
    idempotencyKey: change(idempotencyKey),
  });
  return claiming(store, (inbox) => ({ claim: (tx, key, options) => inbox.claim(tx, changed(key), options) }));
};

const carrying = (store: Store, change: (entry: TransportEntry) => Partial<TransportEntry>): Partial<Store> =>
  storing(store, (outbox) => ({
    add: (tx, scope, entries) =>
      outbox.add(
        tx,
        scope,
        entries.map(({ entry, dueAt }) => ({ entry: { ...entry, ...change(entry) }, dueAt })),
      ),
  }));

const asObject = (headers: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const plain: Record<string, string> = {};
  for (const [name, value] of headers) plain[name] = value;
  return new Map(Object.entries(plain));
};

describe('the hostile cases catch', () => {
  testMutants([
    { does: 'does not tell upper from lower case', caughtBy: [62], breaks: (store) => keying(store, (text) => text.toLowerCase()) },
    { does: 'drops spaces at the end', caughtBy: [62], breaks: (store) => keying(store, (text) => text.trimEnd()) },
    { does: 'normalises characters', caughtBy: [62], breaks: (store) => keying(store, (text) => text.normalize('NFC')) },
    { does: 'drops NUL from keys', caughtBy: [62], breaks: (store) => keying(store, (text) => text.replaceAll('\u0000', '')) },
    {
      does: 'writes halves of characters as U+FFFD',
      caughtBy: [62],
      breaks: (store) => keying(store, (text) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))),
    },
    {
      does: 'refuses quotes',
      caughtBy: [63],
      breaks: (store) =>
        carrying(store, ({ partitionKey = '' }) => {
          if (partitionKey.includes("'")) throw new Error('syntax error');
          return {};
        }),
    },
    {
      does: 'keeps headers in an object',
      caughtBy: [63],
      breaks: (store) => carrying(store, ({ headers }) => ({ headers: asObject(headers) })),
    },
    {
      does: 'drops NUL from headers',
      caughtBy: [63],
      breaks: (store) =>
        carrying(store, ({ headers }) => ({
          headers: new Map(Array.from(headers, ([name, value]) => [name, value.replaceAll('\u0000', '')])),
        })),
    },
    {
      does: 'keeps bodies as text',
      caughtBy: [64],
      breaks: (store) => carrying(store, ({ body }) => ({ body: new TextEncoder().encode(new TextDecoder().decode(body)) })),
    },
    { does: 'keeps 255 characters of a key', caughtBy: [65], breaks: (store) => keying(store, (text) => text.slice(0, 255)) },
    {
      does: 'keeps 255 characters of a partition key',
      caughtBy: [65],
      breaks: (store) => carrying(store, ({ partitionKey }) => ({ partitionKey: partitionKey?.slice(0, 255) })),
    },
    {
      does: 'reads what a sequence begins with',
      caughtBy: [66],
      breaks: (store) =>
        storing(store, (outbox) => ({
          decide: (scope, sequence, decision) => outbox.decide(scope, String(Number.parseInt(sequence, 10)), decision),
        })),
    },
  ]);
});
