import { describe, expect, it } from 'vitest';
import type { BatchOutcome, BusOptions, Command, Event } from '@waybill/core';
import { assertSent, createBus, createMediator, defineCommand, defineEvent, endpoint, handler, typed } from '@waybill/core';
import type { IMessageTransport, TransportEntry } from '@waybill/core/transport';
import { memory, memoryBroker } from '../src/index.ts';
import { codeOf, gate, overlay } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const positive = typed<Work>();
const Work: Command<Work> = defineCommand('jobs.work', {
  schema: {
    '~standard': {
      ...positive['~standard'],
      validate: (value: unknown) => ((value as Work).n < 0 ? { issues: [{ message: 'must not be negative' }] } : { value: value as Work }),
    },
  },
});
const Done: Event<Work> = defineEvent('jobs.done');
const numbers = (count: number): Work[] => Array.from({ length: count }, (_, n) => ({ n }));
const statuses = (outcomes: readonly BatchOutcome[]): string[] => outcomes.map(({ status }) => status);

/** A bus, the calls to its transport, and what its one handler got. `refuse` says which message the broker refuses. */
async function bench(refuse: (n: number) => boolean = () => false, like?: 'sqs') {
  const inner = memory({ broker: memoryBroker(like === undefined ? {} : { like }) });
  const calls: number[][] = [];
  const numberOf = (entry: TransportEntry): number => (JSON.parse(new TextDecoder().decode(entry.body)) as Work).n;
  const send: IMessageTransport['send'] = async (entries, options) => {
    calls.push(entries.map(numberOf));
    const outcomes = await inner.send(entries, options);
    return outcomes.map((one, at) =>
      refuse(numberOf(entries[at] as TransportEntry)) ? { status: 'rejected', code: 'SEND_REJECTED', retryable: true } : one,
    );
  };
  const got: number[] = [];
  const work = handler(Work, ({ n }) => void got.push(n));
  const transport = overlay<IMessageTransport>(inner, { send });
  const bus = createBus({ transport, endpoints: [endpoint('jobs', { handlers: [work] })] });
  await bus.start();
  return { bus, calls, got };
}

describe('bus.sendAll', () => {
  it('sends 1,000 messages in 100 calls where 10 fit into one, with an outcome and an id for each', async () => {
    const { bus, calls } = await bench(undefined, 'sqs');
    const outcomes = await bus.sendAll(Work, numbers(1_000));
    expect(calls.length).toBe(100);
    expect(calls.flat().toSorted((a, b) => a - b)).toEqual(numbers(1_000).map(({ n }) => n));
    expect(new Set(statuses(outcomes))).toEqual(new Set(['accepted']));
    expect(new Set(outcomes.map(({ messageId }) => messageId)).size).toBe(1_000);
    expect(() => assertSent(outcomes)).not.toThrow();
    await bus.stop();
  });

  it('message 7 fails as message 7, and harms no other', async () => {
    const { bus } = await bench((n) => n === 7);
    const outcomes = await bus.sendAll(Work, [...numbers(9), { n: -1 }]);
    expect(statuses(outcomes)).toEqual([...Array.from({ length: 7 }, () => 'accepted'), 'rejected', 'accepted', 'rejected']);
    expect(outcomes[7]).toMatchObject({ error: { code: 'SEND_REJECTED' } });
    expect(outcomes[9]).toMatchObject({ error: { code: 'MESSAGE_INVALID' } });
    expect(() => assertSent(outcomes)).toThrow(expect.objectContaining({ code: 'BATCH_INCOMPLETE', details: { failed: [7, 9] } }) as Error);
    await bus.stop();
  });

  it('keeps the order of a partition key over all calls, and holds it back after a failure', async () => {
    const { bus, calls } = await bench((n) => n === 4, 'sqs');
    const outcomes = await bus.sendAll(Work, numbers(40), ({ n }) => ({ partitionKey: n % 2 === 0 ? 'even' : 'odd' }));
    const sent = calls.flat();
    expect(sent.filter((n) => n % 2 === 1)).toEqual(numbers(40).flatMap(({ n }) => (n % 2 === 1 ? [n] : [])));
    const even = outcomes.filter((_, n) => n % 2 === 0);
    expect(statuses(even.slice(0, 3))).toEqual(['accepted', 'accepted', 'rejected']);
    expect(even.slice(5)).toEqual(
      even.slice(5).map(() => expect.objectContaining({ error: expect.objectContaining({ code: 'LANE_BLOCKED' }) as unknown })),
    );
    expect(sent.filter((n) => n % 2 === 0 && n > 9)).toEqual([]);
    await bus.stop();
  });

  it('a message that is invalid holds back its key, too', async () => {
    const { bus, got } = await bench();
    const outcomes = await bus.sendAll(Work, [{ n: 1 }, { n: -2 }, { n: 3 }], { partitionKey: 'a' });
    expect(outcomes.map((one) => ('error' in one ? (one.error as { code: string }).code : one.status))).toEqual([
      'accepted',
      'MESSAGE_INVALID',
      'LANE_BLOCKED',
    ]);
    await bus.stop();
    expect(got).toEqual([1]);
  });

  it('rejects as a whole for what is wrong with all of it, and sends nothing', async () => {
    const { bus, calls } = await bench();
    expect(await codeOf(bus.sendAll(Done as never, numbers(2) as never))).toBe('CONTRACT_KIND_MISMATCH');
    expect(await codeOf(bus.sendAll(Work, 'x' as never))).toBe('OPTION_INVALID');
    expect(await codeOf(bus.sendAll(Work, numbers(2), { messageId: 'a' } as never))).toBe('OPTION_INVALID');
    expect(await bus.sendAll(Work, [])).toEqual([]);
    await bus.stop();
    expect(await codeOf(bus.sendAll(Work, numbers(2)))).toBe('BUS_STOPPED');
    expect(calls).toEqual([]);
  });
});

describe('in a handler', () => {
  it('they are captured: they leave with the others after it returned, and not when it failed', async () => {
    const seen: number[] = [];
    const outcomes: string[] = [];
    const all = gate();
    let fail = true;
    const work = handler(Work, async ({ n }, context) => {
      outcomes.push(...statuses(await context.publishAll(Done, [{ n }, { n: n + 1 }])));
      await context.publish(Done, { n: n + 2 });
      expect(seen).toEqual([]);
      if (!fail) return;
      fail = false;
      throw new Error('once');
    });
    const watch = handler(Done, ({ n }) => {
      seen.push(n);
      if (seen.length === 3) all.resolve();
    });
    const endpoints = [
      endpoint('jobs', { handlers: [work], recovery: { retries: 1 } }),
      endpoint('watch', { handlers: [watch], concurrency: 1 }),
    ];
    await using bus = createBus({ transport: memory(), endpoints } as BusOptions);
    await bus.start();
    await bus.send(Work, { n: 1 });
    await all.promise;
    expect([outcomes, seen]).toEqual([
      ['captured', 'captured', 'captured', 'captured'],
      [1, 2, 3],
    ]);
  });
});

it('a mediator handles one after another, with an outcome for each', async () => {
  const got: number[] = [];
  const work = handler(Work, ({ n }) => {
    got.push(n);
    if (n === 1) throw new Error('broken');
  });
  await using mediator = createMediator({ handlers: [work] });
  const outcomes = await mediator.sendAll(Work, numbers(3));
  expect([statuses(outcomes), got]).toEqual([
    ['accepted', 'rejected', 'accepted'],
    [0, 1, 2],
  ]);
});

it('a bus that stops in the middle of a batch leaves an outcome for each message: what has no answer, and what has not left', async () => {
  const inner = memory({ like: 'sqs' });
  const asked = gate();
  const send: IMessageTransport['send'] = () => {
    asked.resolve();
    return new Promise(() => undefined);
  };
  const jobs = endpoint('jobs', { handlers: [handler(Work, () => undefined)] });
  const bus = createBus({ transport: overlay<IMessageTransport>(inner, { send }), endpoints: [jobs] });
  await bus.start();
  const sending = bus.sendAll(Work, numbers(90));
  await asked.promise;
  await bus.stop();
  const outcomes = await sending;
  expect(statuses(outcomes)).toEqual(Array.from({ length: 90 }, (_, n) => (n < 80 ? 'unknown' : 'rejected')));
  expect(outcomes[80]).toMatchObject({ error: { code: 'TRANSPORT_NOT_OPEN' } });
});
