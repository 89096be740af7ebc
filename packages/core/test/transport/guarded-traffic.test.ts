import { describe, expect, it } from 'vitest';
import type { IMessageTransport, IReceiver, SendOutcome } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { accepted, entryOf, fakeDelivery, JOBS } from '../support/fake-transport.ts';
import { isPromise } from '../../src/runtime/maybe-promise.ts';
import { guardOn, onState, openGuard, TIMEOUT_MS } from '../support/open-guard.ts';
import { gate, outcomeOf, signalWithCount } from '../support/waiting.ts';

const MAX_BYTES = 64 * 1024 * 1024;

describe.each(['send', 'replies.send'] as const)('%s', (way) => {
  const sending = async (send: IMessageTransport['send']) => {
    const parts = await openGuard({ send }, { send });
    const inbox = await parts.guard.replies(() => undefined);
    return { ...parts, inbox, sender: way === 'send' ? parts.guard : inbox };
  };

  it('gives the outcomes of the adapter, at once where it answers at once', async () => {
    const { sender } = await sending((entries) => entries.map((entry) => accepted(entry.headers.get(HEADERS.id))));
    expect(sender.send([entryOf('a'), entryOf('b')], {})).toEqual([accepted('a'), accepted('b')]);
  });

  it('leaves no timer and no listener behind when the adapter answers', async () => {
    const { sender, runtime } = await sending(async () => [accepted()]);
    const { signal, listeners } = signalWithCount();
    expect(await sender.send([entryOf('a')], { signal })).toEqual([accepted()]);
    expect([runtime.pendingTimers(), listeners()]).toEqual([0, 0]);
  });

  it('ends as unknown for every entry at the timeout, and not before', async () => {
    const { sender, runtime } = await sending(() => new Promise(() => undefined));
    const { signal, listeners } = signalWithCount();
    let ended = false;
    const outcomes = Promise.resolve(sender.send([entryOf('a'), entryOf('b')], { signal })).finally(() => (ended = true));
    await runtime.advance(TIMEOUT_MS - 1);
    expect(ended).toBe(false);
    await runtime.advance(1);
    const unknown = { status: 'unknown', cause: 'no answer from the transport "fake" within 1000 ms' };
    expect(await outcomes).toEqual([unknown, unknown]);
    expect([runtime.pendingTimers(), listeners()]).toEqual([0, 0]);
  });

  it.each<[string, (abort: (reason: Error) => void, runtime: { advance(ms: number): Promise<void> }) => Promise<void>]>([
    ['the timeout passes', (_abort, runtime) => runtime.advance(TIMEOUT_MS)],
    ['the signal aborts', async (abort, runtime) => (abort(new Error('enough')), runtime.advance(0))],
  ])('tells of several entries what the adapter knows of each when %s', async (_what, happens) => {
    const known: readonly SendOutcome[] = [
      accepted('a'),
      { status: 'unknown' },
      { status: 'rejected', code: 'LANE_BLOCKED', retryable: true },
    ];
    const { sender, runtime } = await sending(
      (_entries, options) => new Promise((resolve) => options.signal?.addEventListener('abort', () => resolve(known))),
    );
    const { signal, abort, listeners } = signalWithCount();
    const outcomes = sender.send([entryOf('a'), entryOf('b'), entryOf('c')], { signal });
    await happens(abort, runtime);
    expect(await outcomes).toEqual(known);
    expect([runtime.pendingTimers(), listeners()]).toEqual([0, 0]);
  });

  it('gives several entries up once: their signal says nothing any more when the adapter hears of the timeout', async () => {
    const { signal, listeners } = signalWithCount();
    const left: number[] = [];
    const { sender, runtime } = await sending(
      (_entries, options) => new Promise(() => options.signal?.addEventListener('abort', () => left.push(listeners()))),
    );
    const outcomes = sender.send([entryOf('a'), entryOf('b')], { signal });
    await runtime.advance(TIMEOUT_MS);
    await outcomes;
    expect(left).toEqual([0]);
  });

  it('ends each at its own timeout, by one timer for all', async () => {
    const { sender, runtime } = await sending((entries) =>
      entries[0]?.headers.get(HEADERS.id) === 'answered' ? Promise.resolve([accepted()]) : new Promise(() => undefined),
    );
    const ended: string[] = [];
    const send = (id: string): void =>
      void Promise.resolve(sender.send([entryOf(id)], {})).then(([outcome]) => ended.push(`${id} ${outcome?.status}`));
    send('answered');
    send('first');
    await runtime.advance(TIMEOUT_MS / 2);
    send('second');
    expect([ended, runtime.pendingTimers()]).toEqual([['answered accepted'], 1]);
    await runtime.advance(TIMEOUT_MS / 2);
    expect([ended.slice(1), runtime.pendingTimers()]).toEqual([['first unknown'], 1]);
    await runtime.advance(TIMEOUT_MS / 2 - 1);
    expect(ended.length).toBe(2);
    await runtime.advance(1);
    expect([ended.slice(2), runtime.pendingTimers()]).toEqual([['second unknown'], 0]);
  });

  it('lets no more leave than are allowed without an answer; the others wait for room, in order', async () => {
    const answers: ((outcomes: readonly SendOutcome[]) => void)[] = [];
    const left: string[] = [];
    const { sender, runtime } = await sending(
      (entries) =>
        new Promise((resolve) => {
          left.push(...entries.map((entry) => entry.headers.get(HEADERS.id) ?? ''));
          answers.push(resolve);
        }),
    );
    const all = Array.from({ length: 1_002 }, async (_, n) => sender.send([entryOf(String(n))], {}));
    expect(left.length).toBe(1_000);
    answers[5]?.([accepted()]);
    await runtime.advance(0);
    expect(left.slice(1_000)).toEqual(['1000']);
    await runtime.advance(TIMEOUT_MS);
    expect((await all[1_000])?.[0]?.status).toBe('unknown');
    expect((await all[1_001])?.[0]).toMatchObject({ status: 'rejected', code: 'SEND_REJECTED', retryable: true, heldBack: true });
    expect([left.length, runtime.pendingTimers()]).toEqual([1_001, 0]);
  });

  it('refuses at once what has no room, where that was asked for, and lets the next one leave when there is some', async () => {
    const answers: ((outcomes: readonly SendOutcome[]) => void)[] = [];
    const { guard, runtime } = await openGuard(
      { send: () => new Promise((resolve) => answers.push(resolve)) },
      {},
      { overflow: 'reject', maxOutstanding: 2 },
    );
    const send = (id: string) => guard.send([entryOf(id)], {});
    const [first, second] = [send('a'), send('b')];
    const cause = 'too much is under way to the transport "fake" without an answer';
    expect(send('c')).toEqual([{ status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause, heldBack: true }]);
    answers[0]?.([accepted()]);
    await first;
    const last = send('d');
    await runtime.advance(TIMEOUT_MS);
    expect([(await second)[0]?.status, (await last)[0]?.status, answers.length, runtime.pendingTimers()]).toEqual([
      'unknown',
      'unknown',
      3,
      0,
    ]);
  });

  it('waits for room no longer than its signal or the transport allows, and sends nothing then', async () => {
    const { sender, guard, inner, runtime } = await sending(() => new Promise(() => undefined));
    const open = Array.from({ length: 1_000 }, async (_, n) => sender.send([entryOf(String(n))], {}));
    const sent = inner.calls.length;
    const { signal, abort, listeners } = signalWithCount();
    const given = sender.send([entryOf('given up')], { signal });
    abort(new Error('enough'));
    expect(await given).toMatchObject([{ status: 'rejected', retryable: true }]);
    const closed = sender.send([entryOf('closed')], {});
    await guard.close();
    expect(await closed).toMatchObject([{ status: 'rejected', retryable: true }]);
    expect((await Promise.all(open)).every(([outcome]) => outcome?.status === 'unknown')).toBe(true);
    expect([inner.calls.filter((call) => call !== 'close').length, runtime.pendingTimers(), listeners()]).toEqual([sent, 0, 0]);
  });

  it('ends as unknown when the signal aborts, and as rejected when it had aborted before anything left', async () => {
    const { sender, inner, runtime } = await sending(() => new Promise(() => undefined));
    const { signal, abort } = signalWithCount();
    const outcomes = sender.send([entryOf('a')], { signal });
    const reason = new Error('enough');
    abort(reason);
    expect(await outcomes).toEqual([{ status: 'unknown', cause: reason }]);
    const sent = inner.calls.length;
    expect(sender.send([entryOf('a')], { signal })).toEqual([
      { status: 'rejected', code: 'SEND_REJECTED', retryable: true, cause: reason },
    ]);
    expect(inner.calls.length).toBe(sent);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('ends as unknown when the adapter %s', async (_, send) => {
    const { sender, runtime } = await sending(send);
    expect(await sender.send([entryOf('a')], {})).toMatchObject([{ status: 'unknown', cause: { message: 'broken' } }]);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it.each([
    ['too few outcomes', [accepted()]],
    ['too many outcomes', [accepted(), accepted(), accepted()]],
    ['no list at all', undefined],
    ['a hole', [accepted(), undefined]],
    ['an outcome that is none', [accepted(), { status: 'sent' }]],
  ])('ends as unknown for every entry when the adapter answers with %s', async (_, answer) => {
    for (const send of [() => answer as never, async () => answer as never]) {
      const { sender } = await sending(send);
      const outcomes = await sender.send([entryOf('a'), entryOf('b')], {});
      expect(outcomes.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
      expect(String((outcomes[0] as { cause?: unknown }).cause)).toContain('answered 2 entries with');
    }
  });

  it('ends as unknown when the transport closes without an answer', async () => {
    const { sender, guard, runtime } = await sending(() => new Promise(() => undefined));
    const outcomes = sender.send([entryOf('a')], {});
    await guard.close();
    expect(await outcomes).toMatchObject([{ status: 'unknown' }]);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('is refused after close', async () => {
    const { sender, guard } = await sending(() => [accepted()]);
    await guard.close();
    await expect(sender.send([entryOf('a')], {})).rejects.toMatchObject({ code: 'TRANSPORT_NOT_OPEN', details: { operation: way } });
  });
});

describe('what is under way', () => {
  const holding = async (maxOutstanding: number) => {
    const answers: ((outcomes: readonly SendOutcome[]) => void)[] = [];
    const send = (): Promise<readonly SendOutcome[]> => new Promise((resolve) => answers.push(resolve));
    return { answers, ...(await openGuard({ send }, {}, { overflow: 'reject', maxOutstanding })) };
  };
  const fateOf = (sending: ReturnType<IMessageTransport['send']>): unknown => (isPromise(sending) ? 'left' : sending[0]?.status);

  it('keeps its place until the adapter answers, or the transport is closed, though its caller has long had an outcome', async () => {
    const { guard, runtime, answers } = await holding(2);
    const { signal, abort } = signalWithCount();
    const send = () => fateOf(guard.send([entryOf('a')], {}));
    const givenUp = [{}, { signal }].map(async (options) => guard.send([entryOf('a')], options));
    abort(new Error('enough'));
    await runtime.advance(TIMEOUT_MS);
    expect((await Promise.all(givenUp)).map(([outcome]) => outcome?.status)).toEqual(['unknown', 'unknown']);
    expect(send()).toBe('rejected');
    answers[0]?.([accepted()]);
    await runtime.settle();
    expect([send(), send()]).toEqual(['left', 'rejected']);
    await guard.close();
    await guard.open({ runtime, onState });
    expect([send(), send(), send()]).toEqual(['left', 'left', 'rejected']);
    for (const answer of answers.slice(1, 3)) answer([accepted()]); // too late: their places were given back already
    await runtime.settle();
    expect(send()).toBe('rejected');
  });

  it('has bodies of 64 MiB at most, beside the one that goes over it', async () => {
    const { guard, runtime, answers } = await holding(1_000);
    const send = (bytes: number) => fateOf(guard.send([{ ...entryOf('a'), body: new Uint8Array(bytes) }], {}));
    expect([send(MAX_BYTES - 1), send(MAX_BYTES + 1), send(0)]).toEqual(['left', 'left', 'rejected']);
    answers[1]?.([accepted()]);
    await runtime.settle();
    expect([send(1), send(0)]).toEqual(['left', 'rejected']);
  });
});

describe('a reply inbox', () => {
  const message = { headers: new Map(), body: new Uint8Array() };

  it('keeps from the adapter what `onReply` throws', async () => {
    const { guard, inner, runtime } = await openGuard();
    await guard.replies(() => {
      throw new Error('no such request');
    });
    expect(() => inner.reply(message)).not.toThrow();
    expect(runtime.logged).toMatchObject([{ level: 'error', event: 'transport.callback-failed', callback: 'onReply' }]);
  });

  it('closes once; then replies are dropped and sends refused', async () => {
    const { guard, inner } = await openGuard();
    const replies: unknown[] = [];
    const inbox = await guard.replies((reply) => replies.push(reply));
    inner.reply(message);
    expect(inbox.address).toBe('fake-reply:1');
    await Promise.all([inbox.close(), inbox.close()]);
    inner.reply(message);
    expect(replies).toHaveLength(1);
    expect(inner.calls.filter((call) => call === 'inbox closed')).toHaveLength(1);
    await expect(inbox.send([entryOf('a')], {})).rejects.toMatchObject({ code: 'TRANSPORT_NOT_OPEN' });
  });

  it('hears nothing after the transport was closed', async () => {
    const { guard, inner } = await openGuard();
    const replies: unknown[] = [];
    await guard.replies((reply) => replies.push(reply));
    await guard.close();
    inner.reply(message);
    expect(replies).toEqual([]);
  });

  it('that opens while the transport closes is closed again', async () => {
    const opening = gate();
    const { guard, inner, runtime } = guardOn();
    const replies = inner.replies.bind(inner);
    inner.replies = async (onReply) => {
      await opening.promise;
      return replies(onReply);
    };
    await guard.open({ runtime, onState });
    const inbox = outcomeOf(guard.replies(() => undefined));
    await guard.close();
    opening.resolve();
    expect(await inbox).toMatchObject({ code: 'TRANSPORT_NOT_OPEN' });
    expect(inner.calls).toContain('inbox closed');
  });
});

describe('receive', () => {
  it('keeps from the adapter what `onDelivery` throws, and gives the delivery back', async () => {
    const { guard, inner, runtime } = await openGuard();
    guard.receive(JOBS, { prefetch: 1 }, () => {
      throw new Error('no room');
    });
    const delivery = fakeDelivery();
    expect(() => inner.deliver(delivery)).not.toThrow();
    await runtime.settle();
    expect(delivery.verbs).toEqual(['release']);
    expect(runtime.logged).toMatchObject([{ level: 'error', event: 'transport.callback-failed', callback: 'onDelivery' }]);
  });

  it('leaves a delivery alone that was settled before `onDelivery` threw', async () => {
    const { guard, inner, runtime } = await openGuard();
    guard.receive(JOBS, { prefetch: 1 }, (delivery) => {
      void delivery.ack();
      throw new Error('after the fact');
    });
    const delivery = fakeDelivery();
    inner.deliver(delivery);
    await runtime.settle();
    expect(delivery.verbs).toEqual(['ack']);
    expect(runtime.logged.map(({ event }) => event)).toEqual(['transport.callback-failed']);
  });

  it('reports when such a delivery cannot even be given back', async () => {
    const { guard, inner, runtime } = await openGuard();
    guard.receive(JOBS, { prefetch: 1 }, () => {
      throw new Error('no room');
    });
    inner.deliver(fakeDelivery({ release: () => Promise.reject(new Error('channel closed')) }));
    await runtime.settle();
    expect(runtime.logged.map(({ event }) => event)).toEqual(['transport.callback-failed', 'delivery.settle-failed']);
  });

  it('passes on what the adapter throws', async () => {
    const { guard } = await openGuard({
      receive: (): IReceiver => {
        throw new Error('no such queue');
      },
    });
    expect(() => guard.receive(JOBS, { prefetch: 1 }, () => undefined)).toThrow('no such queue');
  });

  it('counts and logs a settlement that came too late', async () => {
    const { guard, inner, runtime } = await openGuard();
    const lost = AbortSignal.abort();
    guard.receive(JOBS, { prefetch: 1 }, (delivery) => void delivery.ack());
    const delivery = fakeDelivery({ lost, isLost: true });
    inner.deliver(delivery);
    inner.deliver(fakeDelivery({ ack: () => 'lost' }));
    inner.deliver(fakeDelivery());
    expect(delivery.verbs).toEqual([]);
    expect(guard.counters.settleLost).toBe(2);
    expect(runtime.logged).toMatchObject([
      { level: 'warn', event: 'delivery.settle-lost', endpoint: 'jobs' },
      { level: 'warn', event: 'delivery.settle-lost', endpoint: 'jobs' },
    ]);
  });

  it('hands over nothing after close, and settles nothing that came before', async () => {
    const { guard, inner, runtime } = await openGuard();
    const arrived: { ack(): unknown }[] = [];
    guard.receive(JOBS, { prefetch: 2 }, (delivery) => arrived.push(delivery));
    const early = fakeDelivery();
    inner.deliver(early);
    await guard.close();
    const late = fakeDelivery();
    inner.deliver(late);
    expect(arrived).toHaveLength(1);
    expect(arrived[0]?.ack()).toBe('lost');
    expect([early.verbs, late.verbs]).toEqual([[], []]);
    expect(runtime.logged.map(({ event }) => event)).toEqual(['delivery.after-stop', 'delivery.settle-lost']);
  });
});
