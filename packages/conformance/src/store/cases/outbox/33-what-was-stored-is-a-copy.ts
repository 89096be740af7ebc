import { expectThat } from '../../../runner.ts';
import { bytesOf, textOf } from '../../outbox-texts.ts';
import { StoreBench } from '../../store-bench.ts';
import type { StoreCase } from '../../store-case.ts';

export const whatWasStoredIsACopy: StoreCase = {
  name: 'what becomes of an entry after it was stored changes nothing: its headers and its bytes may be used again',
  number: 33,
  group: 'outbox',
  run: async (run) => {
    const bench = await StoreBench.open(run);
    const headers = new Map([['waybill-id', 'kept']]);
    const body = bytesOf('kept');
    await bench.transact(async (tx) => {
      await bench.store.outbox.add(tx, bench.scope, [{ entry: { destination: { kind: 'topic', name: 't' }, headers, body } }]);
      headers.set('waybill-id', 'changed');
      body.fill(0);
    });
    const [row] = (await bench.relay().lease()).rows;
    expectThat(row !== undefined && textOf(row) === 'kept' && row.entry.headers.get('waybill-id') === 'kept', 'the row has changed');
  },
};
