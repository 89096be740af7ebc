import { StoreError } from '@waybill/core';
import { describe, expect, it } from 'vitest';
import { RelayBench } from '../support/relay-bench.ts';

describe('a row that is held', () => {
  it('is told of once where the answer of the store was lost, and the repeat finds nothing to mark', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'refused';
    const { outbox } = bench.store;
    const markFailed = outbox.markFailed.bind(outbox);
    let calls = 0;
    outbox.markFailed = async (relay, failures) => {
      calls += 1;
      if (calls > 1) return 0;
      await markFailed(relay, failures);
      throw new StoreError('STORE_UNAVAILABLE', 'the answer is lost');
    };
    const process = await bench.running();
    await bench.add('bad');
    await bench.runtime.advance(10_000);
    expect([await bench.held(), calls]).toMatchObject([[{ id: 'bad', attempts: 1 }], 2]);
    expect(process.logged.filter(({ event }) => event === 'outbox.row-held')).toMatchObject([{ messageId: 'bad', level: 'error' }]);
    expect(process.monitor.faults).toMatchObject([{ kind: 'held' }]);
  });

  it('is not told of where the store says at once that the share was lost', async () => {
    const bench = await new RelayBench().open();
    bench.broker.verdictOf = () => 'refused';
    bench.store.outbox.markFailed = () => Promise.resolve(0);
    const process = await bench.running();
    await bench.add('bad');
    await bench.runtime.settle();
    expect([process.events('outbox.row-held'), process.events('outbox.share-lost')]).toEqual([0, 1]);
  });
});
