import { describe, expect, it } from 'vitest';
import type { RetryEvent } from '@waybill/core';
import { defineCommand, handler, onError, retry } from '@waybill/core';
import type { ITransportDelivery } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { recoveryBench, Work } from './support/recovery-bench.ts';
import { overlay } from '@waybill/conformance';
import { delivering } from './support/mutant.ts';

const Nowhere = defineCommand<{ readonly n: number }>('nowhere.work');

describe('a message whose handler sends what the broker refuses', () => {
  it.each(['waits', 'does not wait'])(
    'is a failed attempt, also where sends leave with the ack: retried, then dead-lettered; it %s',
    async (how) => {
      let calls = 0;
      const work = handler(Work, (_, context) => {
        calls += 1;
        const sent = context.send(Nowhere, { n: 1 });
        if (how === 'waits') return sent;
        sent.catch(() => undefined);
        return undefined;
      });
      await using bench = await recoveryBench({ handlers: [work], recovery: { retries: 2 } });
      await bench.bus.send(Work, { n: 1 });
      await bench.runtime.settle();
      expect(calls).toBe(3);
      expect(await bench.deadLetters()).toEqual([expect.stringMatching(/^failed \| UNROUTABLE: .*"nowhere".* \| 3$/)]);
      expect(bench.times('delivery.settle-failed')).toBe(0);
    },
  );
});

describe('a delivery that cannot be settled', () => {
  it('is given back after a pause that grows, and begins anew after a success', async () => {
    let calls = 0;
    const work = handler(Work, () => void (calls += 1));
    await using bench = await recoveryBench({ handlers: [work] });
    bench.broker.faults.failSettlements(4); // the ack, and three releases
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.settle();
    for (const [failed, pauseMs] of [100, 200, 400, 800].entries()) {
      expect([calls, bench.times('delivery.settle-failed'), bench.runtime.nextTimer()]).toEqual([1, failed + 1, pauseMs]);
      await bench.runtime.advance(pauseMs);
    }
    expect(calls).toBe(2);
    expect(bench.runtime.nextTimer()).toBeUndefined();
    bench.broker.faults.failSettlements(1);
    await bench.bus.send(Work, { n: 2 });
    await bench.runtime.settle();
    expect(bench.runtime.nextTimer()).toBe(100);
    await bench.runtime.advance(100);
    expect(calls).toBe(4);
  });

  it('is logged with what is needed to find it', async () => {
    await using bench = await recoveryBench({ handlers: [handler(Work, () => undefined)] });
    bench.broker.faults.failSettlements(1);
    await bench.bus.send(Work, { n: 1 }, { messageId: 'the-id' });
    await bench.runtime.advance(1_000);
    expect(bench.logged).toEqual([
      expect.objectContaining({
        event: 'delivery.settle-failed',
        endpoint: 'jobs',
        messageId: 'the-id',
        brokerAttempt: 1,
        error: expect.stringContaining('a fault was asked for') as string,
      }),
    ]);
  });

  it('does not loop without a breath when its dead letter is refused for ever, and is not lost', async () => {
    let calls = 0;
    const refuse = (): Partial<ITransportDelivery> => ({
      deadLetter: () => {
        throw new Error('the dead letters are full');
      },
    });
    const work = handler(Work, () => {
      calls += 1;
      throw new Error('boom');
    });
    await using bench = await recoveryBench(
      { handlers: [work] },
      { wrap: (transport) => overlay(transport, delivering(transport, refuse)) },
    );
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.settle();
    expect(calls).toBe(1);
    await bench.runtime.advance(60_000);
    expect(calls).toBeGreaterThan(10);
    expect(calls).toBeLessThan(25); // 100, 200, 400, … 5,000 ms
  });

  it('does not hold up a stop', async () => {
    await using bench = await recoveryBench({ handlers: [handler(Work, () => undefined)] });
    bench.broker.faults.failSettlements(1);
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.settle();
    await bench.bus.stop();
    expect(bench.runtime.openTimers).toBe(0);
  });
});

describe('a recovery policy that throws', () => {
  it.each([
    ['a rule', { retries: 5, rules: [onError(() => raise('rule broken'), 'discard')] }],
    ['a wait of the user', { retries: retry.custom({ retries: 5, delay: () => raise('wait broken') }) }],
  ])('dead-letters the message with both errors: %s', async (_, recovery) => {
    let calls = 0;
    const work = handler(Work, () => {
      calls += 1;
      throw new Error('boom');
    });
    await using bench = await recoveryBench({ handlers: [work], recovery });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(60_000);
    expect(calls).toBe(1);
    expect(await bench.deadLetters()).toEqual([expect.stringMatching(/^failed \| RECOVERY_RULE_FAILED: .* broken.*boom.* \| 1$/)]);
  });

  it('logs a hook that throws or rejects, and goes on', async () => {
    for (const onRetry of [() => raise('hook broken'), async () => raise('hook broken')] as ((event: RetryEvent) => void)[]) {
      let calls = 0;
      const work = handler(Work, () => {
        calls += 1;
        if (calls === 1) throw new Error('boom');
      });
      await using bench = await recoveryBench({ handlers: [work], recovery: { retries: 1, onRetry } });
      await bench.bus.send(Work, { n: 1 });
      await bench.runtime.settle();
      expect([calls, bench.times('hook.failed')]).toEqual([2, 1]);
    }
  });
});

describe('what is thrown', () => {
  const hostile = new Proxy(new Error('x'), {
    get: () => raise('no'),
    getPrototypeOf: () => raise('no'),
  });
  const silent = Object.create(null) as object;
  it.each([
    ['nothing', undefined],
    ['text', 'boom'],
    ['an object without a prototype', silent],
    ['an object that throws when it is looked at', hostile],
  ])('is recorded whatever it is: %s', async (_, thrown) => {
    const work = handler(Work, () => {
      throw thrown; // oxlint-disable-line typescript/only-throw-error -- that is the point
    });
    await using bench = await recoveryBench({ handlers: [work], recovery: { retries: 1 } });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(60_000);
    expect(await bench.deadLetters()).toEqual([expect.stringMatching(/^failed \| (HANDLER_FAILED|RECOVERY_RULE_FAILED): .+/)]);
  });
});

describe('attempts', () => {
  it.each(['database', 'sqs-fifo', 'rabbitmq', 'sqs'] as const)(
    'are counted once over retries, redeliveries and crashes, on %s',
    async (like) => {
      const attempts: number[] = [];
      const work = handler(Work, (_, context) => {
        attempts.push(context.attempt);
        throw new Error('boom');
      });
      await using bench = await recoveryBench(
        { handlers: [work], recovery: { retries: 1, redeliver: ['1s', '2s'] } },
        { broker: { like } },
      );
      await bench.bus.send(Work, { n: 1 });
      await bench.runtime.advance(30_000);
      expect(attempts).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await bench.deadLetters()).toEqual(['failed | Error: boom | 6']);
    },
  );

  it.each(['database', 'sqs-fifo'] as const)(
    'that ended without a word before a redelivery in place are counted once, on %s',
    async (like) => {
      const attempts: number[] = [];
      let hang: (() => void) | undefined;
      const work = handler(Work, (_, context) => {
        attempts.push(context.attempt);
        if (attempts.length === 1) return new Promise<void>((resolve) => (hang = resolve));
        throw new Error('boom');
      });
      await using bench = await recoveryBench({ handlers: [work], recovery: { redeliver: ['1s', '1s'] } }, { broker: { like } });
      await bench.bus.send(Work, { n: 1 });
      await bench.runtime.settle();
      bench.broker.faults.cutConnections();
      await bench.runtime.advance(30_000);
      hang?.();
      await bench.runtime.settle();
      expect(attempts).toEqual([1, 2, 3, 4]);
    },
  );

  it.each(['-1', '1e3', ' 5', '99999999999999999999', 'x'])('ignores a header that is no whole number: %j', async (told) => {
    const attempts: number[] = [];
    const work = handler(Work, (_, context) => void attempts.push(context.attempt));
    await using bench = await recoveryBench({ handlers: [work] });
    const headers = new Map([
      [HEADERS.name, 'jobs.work'],
      [HEADERS.attempt, told],
    ]);
    const body = new TextEncoder().encode('{"n":1}');
    await bench.outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body }], {});
    await bench.runtime.settle();
    expect(attempts).toEqual([1]);
  });
});

describe('a dead letter', () => {
  it('tells when it was given up', async () => {
    const work = handler(Work, () => raise('boom'));
    await using bench = await recoveryBench({ handlers: [work], recovery: { redeliver: ['1h'] } });
    await bench.bus.send(Work, { n: 1 });
    await bench.runtime.advance(3_600_000);
    const [letter] = await bench.letters();
    expect(letter?.message.headers.get(HEADERS.failedAt)).toBe('2026-01-01T01:00:00.000Z');
  });

  it('of an unknown name says so', async () => {
    await using bench = await recoveryBench({ handlers: [handler(Work, () => undefined)], onUnknown: 'dead-letter' });
    const headers = new Map([[HEADERS.name, 'nowhere.work']]);
    await bench.outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body: new TextEncoder().encode('{"n":1}') }], {});
    await bench.runtime.settle();
    expect(await bench.deadLetters()).toEqual([expect.stringMatching(/^unknown \| MESSAGE_NAME_UNKNOWN: .*"nowhere.work".* \| 1$/)]);
  });

  it.each([
    ['2', 'version-too-new | VERSION_TOO_NEW'],
    ['0', 'unreadable | HEADER_NOT_ALLOWED'],
    ['1.0', 'unreadable | HEADER_NOT_ALLOWED'],
    ['two', 'unreadable | HEADER_NOT_ALLOWED'],
  ])('of version %j', async (version, reason) => {
    await using bench = await recoveryBench({ handlers: [handler(Work, () => undefined)], recovery: { retries: 3 } });
    const headers = new Map([
      [HEADERS.name, 'jobs.work'],
      [HEADERS.version, version],
    ]);
    const body = new TextEncoder().encode('{"n":1}');
    await bench.outside.send([{ destination: { kind: 'endpoint', name: 'jobs' }, headers, body }], {});
    await bench.runtime.settle();
    expect(await bench.deadLetters()).toEqual([expect.stringContaining(reason)]);
  });
});

function raise(text: string): never {
  throw new Error(text);
}
