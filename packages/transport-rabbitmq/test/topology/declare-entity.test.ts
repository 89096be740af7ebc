import { describe, expect, it } from 'vitest';
import { queueOptions } from '../../src/topology/declare-entity.ts';

describe('a queue without a limit of deliveries', () => {
  const settings = { durable: true, 'x-queue-type': 'quorum', 'x-delivery-limit': 'unlimited' };

  it('says so to a broker that has one by default, and nothing to one that has none', () => {
    const limits = ['3.10.8', '3.13.7', '4.0.0', '4.2.1', '10.0.0', undefined].map((version) => [
      version,
      queueOptions(settings, version).arguments['x-delivery-limit'],
    ]);
    expect(limits).toEqual([
      ['3.10.8', undefined],
      ['3.13.7', undefined],
      ['4.0.0', -1],
      ['4.2.1', -1],
      ['10.0.0', -1],
      [undefined, undefined],
    ]);
  });

  it('keeps a limit that is one', () => {
    expect(queueOptions({ ...settings, 'x-delivery-limit': 5 }, '3.10.8').arguments['x-delivery-limit']).toBe(5);
  });
});
