import type { IOutboxStore } from '@waybill/core/persistence';
import { virtualRuntime } from '@waybill/simulation';
import { memoryStore } from '@waybill/storage-memory';
import { describe, expect, it } from 'vitest';
import type { HeldQuery } from '../../src/outbox/outbox-control.ts';
import { StoredOutboxControl } from '../../src/outbox/outbox-control.ts';
import { resolveRelayOptions } from '../../src/outbox/relay-options.ts';

/** Of an outbox that must not be asked. */
const withoutStore = (): StoredOutboxControl =>
  new StoredOutboxControl({
    open: () => {
      throw new Error('the store was asked');
    },
    runtime: virtualRuntime(),
    wake: () => undefined,
  });

describe('what is asked of the outbox', () => {
  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 100_001 }, 'limit'],
    [{ limit: 3e9 }, 'limit'],
    [{ after: 7 }, 'after'],
    [{ after: '' }, 'after'],
    [{ after: null }, 'after'],
  ])('is refused before the store is asked: %o', async (query, option) => {
    const control = withoutStore();
    await expect(control.held(query as HeldQuery)).rejects.toMatchObject({ code: 'OPTION_INVALID', details: { option } });
  });

  it.each([24, undefined, null, [24], { sequence: '24' }])('is refused where no sequence is given: %o', async (given) => {
    const control = withoutStore();
    for (const decision of ['retry', 'park', 'discard'] as const)
      await expect(control[decision](given as never)).rejects.toMatchObject({ code: 'OPTION_INVALID', details: { option: 'sequences' } });
  });

  it('may be as much as is told', async () => {
    const runtime = virtualRuntime();
    const store = memoryStore();
    await store.open({ runtime, provisioning: 'apply' });
    const open = () => ({ outbox: store.outbox as IOutboxStore, scope: 'shop' });
    const control = new StoredOutboxControl({ open, runtime, wake: () => undefined });
    expect(await control.held({ limit: 100_000, after: '7' })).toEqual([]);
  });
});

describe('the size of a batch of the relay', () => {
  it('is at most 100,000 rows', () => {
    expect(resolveRelayOptions({ batchSize: 100_000 }).batchSize).toBe(100_000);
    for (const batchSize of [100_001, 1_500_000_000])
      expect(() => resolveRelayOptions({ batchSize })).toThrow(/`relay.batchSize` is \d+. Use a whole number from 1 to 100,000/);
  });
});
