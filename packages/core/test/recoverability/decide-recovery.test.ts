import { describe, expect, it } from 'vitest';
import { DeliveryError } from '@waybill/core';
import { decideRecovery } from '../../src/recoverability/decide-recovery.ts';

const policy = { retries: 2, redeliveryDelaysMs: [1_000, 5_000] };
const failure = { error: new Error('boom'), attemptsHere: 3, redeliveries: 0, beforeHandlers: false };

describe('decideRecovery', () => {
  it.each([
    ['the first attempt', { ...failure, attemptsHere: 1 }, { kind: 'retry-now' }],
    ['the last retry', { ...failure, attemptsHere: 2 }, { kind: 'retry-now' }],
    ['retries used up', failure, { kind: 'redeliver-after', delayMs: 1_000 }],
    ['after one redelivery', { ...failure, redeliveries: 1 }, { kind: 'redeliver-after', delayMs: 5_000 }],
    ['all used up', { ...failure, redeliveries: 2 }, { kind: 'dead-letter', reason: 'failed' }],
    [
      'unreadable',
      { ...failure, attemptsHere: 1, beforeHandlers: true, error: new DeliveryError('BODY_TOO_DEEP', '') },
      { kind: 'dead-letter', reason: 'unreadable' },
    ],
    [
      'the same error from a handler',
      { ...failure, attemptsHere: 1, error: new DeliveryError('BODY_TOO_DEEP', '') },
      { kind: 'retry-now' },
    ],
    [
      'too new',
      { ...failure, beforeHandlers: true, error: new DeliveryError('VERSION_TOO_NEW', '') },
      { kind: 'dead-letter', reason: 'version-too-new' },
    ],
  ])('%s', (_, given, decision) => {
    expect(decideRecovery(given, policy)).toEqual(decision);
  });
});
