import { describe, expect, it } from 'vitest';
import { multirangeOf, runsOf } from '../src/outbox/sequence-runs.ts';

describe('runsOf', () => {
  it('makes one span of what follows on each other, and keeps the order', () => {
    expect(runsOf(['7', '8', '9', '3', '12', '13'])).toEqual({ firsts: ['7', '3', '12'], lasts: ['9', '3', '13'] });
  });

  it('makes a span of its own of what comes again, or backwards', () => {
    expect(runsOf(['5', '5', '4'])).toEqual({ firsts: ['5', '5', '4'], lasts: ['5', '5', '4'] });
  });

  it('joins nothing that a number does not hold exactly', () => {
    const sequences = ['9007199254740991', '9007199254740992', '9007199254740993', '999999999999999998', '999999999999999999'];
    expect(runsOf(sequences)).toEqual({ firsts: sequences, lasts: sequences });
  });

  it('gives nothing of nothing', () => {
    expect([runsOf([]), multirangeOf([])]).toEqual([{ firsts: [], lasts: [] }, '{}']);
  });

  it('writes spans as a multirange, both ends included', () => {
    expect(multirangeOf(['1', '2', '4'])).toBe('{[1,2],[4,4]}');
  });
});
