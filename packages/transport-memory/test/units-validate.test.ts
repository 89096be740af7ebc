import { expect, it } from 'vitest';
import { createBus } from '@waybill/core';
import type { StoreOpenOptions } from '@waybill/core/persistence';
import { StoreError } from '@waybill/core/persistence';
import { memoryStore } from '@waybill/storage-memory';
import { memory } from '../src/index.ts';
import { outcomeOf, overlay } from './support/waiting.ts';

/** A bus whose store opens as told, and what it was asked. */
function busWith(open: () => Promise<void>, provisioning?: 'validate', durable = false) {
  const asked: string[] = [];
  const store = overlay(memoryStore(), {
    durable,
    open: async (options: StoreOpenOptions) => {
      asked.push(options.provisioning);
      await open();
    },
    close: async () => void asked.push('close'),
  });
  return { asked, bus: createBus({ name: 'shop', transport: memory(), store, ...(provisioning === undefined ? {} : { provisioning }) }) };
}

it('`bus.validate` asks the store only with `connect`, makes nothing in it, and gives it back', async () => {
  const { asked, bus } = busWith(() => Promise.resolve());
  expect([await bus.validate(), asked]).toEqual([[], []]);
  expect([await bus.validate({ connect: true }), asked]).toEqual([[], ['assume', 'close']]);
  const strict = busWith(() => Promise.resolve(), 'validate');
  expect([await strict.bus.validate({ connect: true }), strict.asked]).toEqual([[], ['validate', 'close']]);
});

it('`bus.validate` asks what the start would ask: in production, whether the tables of a durable store are there', async () => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    const { asked, bus } = busWith(() => Promise.resolve(), undefined, true);
    expect([await bus.validate({ connect: true }), asked]).toEqual([[], ['validate', 'close']]);
  } finally {
    process.env['NODE_ENV'] = before;
  }
});

it('`bus.validate` says what stands against the store', async () => {
  const { asked, bus } = busWith(() => Promise.reject(new StoreError('STORE_UNAVAILABLE', 'nobody listens')));
  expect(await bus.validate({ connect: true })).toEqual([{ code: 'STORE_UNAVAILABLE', problem: 'nobody listens' }]);
  expect(asked).toEqual(['assume']);
  const abort = new AbortController();
  const aborting = busWith(() => {
    abort.abort(new Error('enough'));
    return Promise.reject(new Error('given up'));
  });
  expect(await outcomeOf(aborting.bus.validate({ connect: true, signal: abort.signal }))).toMatchObject({ message: 'enough' });
});
