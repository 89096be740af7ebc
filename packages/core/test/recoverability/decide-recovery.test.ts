import { describe, expect, it } from 'vitest';
import { DeliveryError, MessageError, UnrecoverableError, isTransient, onError, retry } from '@waybill/core';
import type { Failure } from '../../src/recoverability/decide-recovery.ts';
import { decideRecovery } from '../../src/recoverability/decide-recovery.ts';
import { resolveRecovery } from '../../src/recoverability/recovery-policy.ts';

class ValidationError extends Error {}

const failure: Failure = {
  error: new Error('boom'),
  attemptsHere: 3,
  redeliveries: 0,
  beforeHandlers: false,
  listedDelaysOnly: false,
  chance: 0,
};
const policy = resolveRecovery({ retries: 2, redeliver: [1_000, '5s'] });
const deadLetter = { kind: 'dead-letter', reason: 'failed' };
const aborted = new DOMException('given up', 'AbortError');

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('decideRecovery', () => {
  it.each([
    ['the first attempt', { attemptsHere: 1 }, { kind: 'retry-after', delayMs: 0 }],
    ['the last retry', { attemptsHere: 2 }, { kind: 'retry-after', delayMs: 0 }],
    ['retries used up', {}, { kind: 'redeliver-after', delayMs: 1_000 }],
    ['after one redelivery', { redeliveries: 1 }, { kind: 'redeliver-after', delayMs: 5_000 }],
    ['all used up', { redeliveries: 2 }, deadLetter],
    ['unreadable', { beforeHandlers: true, error: new DeliveryError('BODY_TOO_DEEP', '') }, { kind: 'dead-letter', reason: 'unreadable' }],
    [
      'the same error from a handler',
      { attemptsHere: 1, error: new DeliveryError('BODY_TOO_DEEP', '') },
      { kind: 'retry-after', delayMs: 0 },
    ],
    [
      'too new',
      { beforeHandlers: true, error: new DeliveryError('VERSION_TOO_NEW', '') },
      { kind: 'dead-letter', reason: 'version-too-new' },
    ],
    ['unrecoverable', { attemptsHere: 1, error: new UnrecoverableError('never') }, deadLetter],
    ['given up', { attemptsHere: 1, error: aborted }, { kind: 'redeliver-after', delayMs: 1_000 }],
    ['timed out', { attemptsHere: 1, error: new DeliveryError('HANDLER_TIMEOUT', '') }, { kind: 'redeliver-after', delayMs: 1_000 }],
  ] as const)('%s', (_, given, decision) => {
    expect(decideRecovery({ ...failure, ...given }, policy)).toEqual(decision);
  });

  it('lets the first rule that matches decide, by class, code or function', () => {
    const rules = [
      onError(ValidationError, 'dead-letter'),
      onError('ORDER_CLOSED', 'discard'),
      onError((error) => String(error).includes('busy'), 'redeliver'),
      onError(isTransient, retry.interval({ retries: 5, every: '2s' })),
      onError(ValidationError, 'discard'),
    ];
    const decide = (error: unknown): unknown =>
      decideRecovery({ ...failure, attemptsHere: 1, error }, resolveRecovery({ redeliver: ['1m'], rules }));
    expect(decide(new ValidationError('no'))).toEqual(deadLetter);
    expect(decide(coded('ORDER_CLOSED'))).toEqual({ kind: 'discard' });
    expect(decide('busy')).toEqual({ kind: 'redeliver-after', delayMs: 60_000 });
    expect(decide(coded('ECONNRESET'))).toEqual({ kind: 'retry-after', delayMs: 2_000 });
    expect(decide(new Error('else'))).toEqual({ kind: 'redeliver-after', delayMs: 60_000 });
  });

  it('retries an aborted attempt in process only when a rule asks for it', () => {
    const asked = resolveRecovery({ retries: 1, rules: [onError(isAborted, 'retry')] });
    expect(decideRecovery({ ...failure, attemptsHere: 1, error: aborted }, asked)).toEqual({ kind: 'retry-after', delayMs: 0 });
  });

  it('goes by the most hopeful error when several handlers failed', () => {
    const failed = (...errors: unknown[]): unknown => new DeliveryError('HANDLER_FAILED', '', { cause: new AggregateError(errors) });
    const decide = (error: unknown): unknown => decideRecovery({ ...failure, attemptsHere: 1, error }, policy);
    expect(decide(failed(new UnrecoverableError('never'), new Error('once')))).toEqual({ kind: 'retry-after', delayMs: 0 });
    expect(decide(failed(new UnrecoverableError('never'), aborted))).toEqual({ kind: 'redeliver-after', delayMs: 1_000 });
    expect(decide(failed(new UnrecoverableError('a'), new UnrecoverableError('b')))).toEqual(deadLetter);
  });

  it('only adds jitter, and none where the broker knows listed delays only', () => {
    const jittered = resolveRecovery({ retries: retry.interval({ retries: 1, every: 100, jitter: 0.5 }), redeliver: [1_000], jitter: 1 });
    const decide = (given: Partial<Failure>): unknown => decideRecovery({ ...failure, ...given }, jittered);
    expect(decide({ attemptsHere: 1, chance: 0 })).toEqual({ kind: 'retry-after', delayMs: 100 });
    expect(decide({ attemptsHere: 1, chance: 1 })).toEqual({ kind: 'retry-after', delayMs: 150 });
    expect(decide({ chance: 0.5 })).toEqual({ kind: 'redeliver-after', delayMs: 1_500 });
    expect(decide({ chance: 0.5, listedDelaysOnly: true })).toEqual({ kind: 'redeliver-after', delayMs: 1_000 });
  });
});

describe('retry', () => {
  const delays = (policyOf: ReturnType<typeof retry.immediate>): (number | undefined)[] =>
    Array.from({ length: policyOf.retries }, (_, index) => policyOf.delayMs(index + 1, new Error('x')));

  it.each([
    ['immediate', retry.immediate(3), [0, 0, 0]],
    ['interval', retry.interval({ retries: 3, every: '1s' }), [1_000, 1_000, 1_000]],
    ['linear', retry.linear({ retries: 4, first: 100, step: 50, max: 220 }), [100, 150, 200, 220]],
    ['exponential', retry.exponential({ retries: 5, first: '1s', max: '10s' }), [1_000, 2_000, 4_000, 8_000, 10_000]],
    ['exponential by 3', retry.exponential({ retries: 3, first: 10, factor: 3 }), [10, 30, 90]],
    ['fibonacci', retry.fibonacci({ retries: 6, unit: '1s' }), [1_000, 1_000, 2_000, 3_000, 5_000, 8_000]],
    ['custom', retry.custom({ retries: 3, delay: (count) => (count < 3 ? count * 10 : undefined) }), [10, 20, undefined]],
  ])('%s has the delays of its formula', (_, made, expected) => {
    expect(delays(made)).toEqual(expected);
  });

  it.each([
    ['retries', () => retry.immediate(-1)],
    ['jitter', () => retry.interval({ retries: 1, every: 1, jitter: 2 })],
    ['factor', () => retry.exponential({ retries: 1, first: 1, factor: 0.5 })],
    ['every', () => retry.interval({ retries: 1, every: 'soon' as never })],
    ['retry', () => resolveRecovery({ retry: 3 } as never)],
  ])('refuses a wrong `%s` by name', (option, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'OPTION_INVALID', details: { option } }) as Error);
  });
});

describe('isTransient', () => {
  it('knows codes of the network and of databases, and our own retryable errors', () => {
    expect(['ECONNRESET', 'ETIMEDOUT', '40001'].every((code) => isTransient(coded(code)))).toBe(true);
    expect(isTransient(new MessageError('SEND_REJECTED', '', { details: { retryable: true } }))).toBe(true);
    expect([new MessageError('UNROUTABLE', ''), new Error('x'), 'ECONNRESET', undefined].some((error) => isTransient(error))).toBe(false);
  });
});

function isAborted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
