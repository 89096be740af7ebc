import { expect, it } from 'vitest';

import { FaultLog } from '../src/index.ts';

it('counts what happened, and what was hit; a fault that hit nothing has not happened', () => {
  const log = new FaultLog();
  log.note('reset', 'connections', 3);
  log.note('reset', 'connections', 0);
  log.note('reset', 'connections', 1);
  expect(log.happened('reset')).toBe(2);
  expect(log.hits('reset')).toBe(4);
  expect(log.happened('kill')).toBe(0);
  expect(log.faults.map(({ kind, of, hits }) => `${kind} of ${hits} ${of}`)).toEqual(['reset of 3 connections', 'reset of 1 connections']);
});

it('a fault that lasts happens when it first hits something, and ends once', () => {
  let ends = 0;
  const log = new FaultLog();
  const fault = log.begin('black-hole', 'bytes', () => (ends += 1));
  expect(log.happened('black-hole')).toBe(0);
  fault.hit(10);
  fault.hit();
  expect(log.happened('black-hole')).toBe(1);
  expect(log.hits('black-hole')).toBe(11);
  expect(log.faults[0]?.endedAt).toBeUndefined();
  fault.end();
  fault.end();
  expect(ends).toBe(1);
  expect(fault.endedAt).toBeGreaterThanOrEqual(fault.at);
});
