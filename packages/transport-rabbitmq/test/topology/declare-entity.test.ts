import { describe, expect, it } from 'vitest';
import { queueOptions } from '../../src/topology/declare-entity.ts';

describe('a queue without a limit of deliveries', () => {
  const settings = { durable: true, 'x-queue-type': 'quorum', 'x-delivery-limit': 'unlimited' };

  it('has one that nobody reaches: without any, what is released would go to the end of the queue', () => {
    expect(queueOptions(settings).arguments['x-delivery-limit']).toBe(1_000_000_000);
  });

  it('keeps a limit that is one', () => {
    expect(queueOptions({ ...settings, 'x-delivery-limit': 5 }).arguments['x-delivery-limit']).toBe(5);
  });
});
