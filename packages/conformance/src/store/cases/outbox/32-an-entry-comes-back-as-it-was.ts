import type { TransportEntry } from '@waybill/core/transport';
import { expectThat } from '../../../runner.ts';
import { bytesOf } from '../../outbox-texts.ts';
import { StoreBench, expectSame } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const anEntryComesBackAsItWas: StoreCase = {
  name: 'an entry comes back with everything that it was given, byte for byte, and nothing that it was not',
  number: 32,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const entries: readonly TransportEntry[] = [
      { destination: { kind: 'endpoint', name: 'orders' }, headers: new Map(), body: new Uint8Array(0) },
      {
        destination: { kind: 'topic', name: 'orders.order-submitted' },
        headers: new Map([
          ['waybill-id', '1'],
          ['2', 'two'],
          ['1', 'one'],
        ]),
        body: Uint8Array.from({ length: 256 }, (_, index) => index),
      },
      {
        destination: { kind: 'reply', address: 'somewhere/else?x=1' },
        headers: new Map([['x-empty', '']]),
        body: bytesOf('reply'),
        partitionKey: '',
      },
      {
        destination: { kind: 'endpoint', name: 'all' },
        headers: new Map([['waybill-id', 'all']]),
        body: bytesOf('{"json":"not parsed"}'),
        partitionKey: 'key',
        notBefore: 1_700_000_000_123,
        expiresAt: 1_800_000_000_456,
        priority: 9,
        copy: '2',
      },
      {
        destination: { kind: 'endpoint', name: 'zero' },
        headers: new Map(),
        body: bytesOf('zero').subarray(1, 3),
        notBefore: 0,
        priority: 0,
      },
    ];
    await bench.add(...entries.map((entry) => ({ entry })));
    const { rows } = await bench.relay().lease();
    expectThat(rows.length === entries.length, `${rows.length} rows came back of ${entries.length}`);
    for (const [index, entry] of entries.entries()) expectSame(`entry ${index}`, [plain(rows[index]?.entry)], [plain(entry)]);
    for (const { attempts } of rows) expectThat(attempts === 0, `a fresh row has ${attempts} attempts`);
  },
};

/** An entry as plain data: headers by their names, what is undefined left out. */
const plain = (entry: TransportEntry | undefined): unknown =>
  entry === undefined
    ? entry
    : {
        destination:
          entry.destination.kind === 'reply'
            ? { kind: 'reply', address: entry.destination.address }
            : { kind: entry.destination.kind, name: entry.destination.name },
        headers: Array.from(entry.headers).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        body: Array.from(entry.body),
        partitionKey: entry.partitionKey,
        notBefore: entry.notBefore,
        expiresAt: entry.expiresAt,
        priority: entry.priority,
        copy: entry.copy,
      };
