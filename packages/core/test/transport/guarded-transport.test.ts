import { describe, expect, it } from 'vitest';
import type { IMessageTransport } from '@waybill/core/transport';
import { ConnectionError } from '@waybill/core/transport';
import { accepted, CAPABILITIES, entryOf, JOBS } from '../support/fake-transport.ts';
import { guardOn, onState, openGuard, TIMEOUT_MS } from '../support/open-guard.ts';
import { gate, outcomeOf, signalWithCount } from '../support/waiting.ts';

describe('open', () => {
  it('opens once, however often it is asked', async () => {
    const { guard, inner, runtime } = guardOn();
    await Promise.all([guard.open({ runtime, onState }), guard.open({ runtime, onState })]);
    await guard.open({ runtime, onState });
    expect(inner.calls).toEqual(['open']);
  });

  it('with a signal that has aborted rejects with its reason, opens nothing, and can be tried again', async () => {
    const { guard, inner, runtime } = guardOn();
    const reason = new Error('too late');
    await expect(guard.open({ runtime, onState, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(inner.calls).toEqual([]);
    await guard.open({ runtime, onState });
    expect(guard.send([entryOf('a')], {})).toEqual([accepted()]);
  });

  it('is left at once when its signal aborts, though the adapter does not answer; what opens later is closed', async () => {
    const opening = gate();
    const { guard, inner, runtime } = guardOn({ open: () => opening.promise });
    const { signal, abort, listeners } = signalWithCount();
    const first = outcomeOf(guard.open({ runtime, onState, signal }));
    const reason = new Error('enough');
    abort(reason);
    expect(await first).toBe(reason);
    expect(inner.opened?.signal?.aborted).toBe(true);
    expect(inner.calls).toEqual(['open']);
    opening.resolve();
    await runtime.settle();
    expect(inner.calls).toEqual(['open', 'close']);
    expect(listeners()).toBe(0);
    await guard.open({ runtime, onState });
    expect(inner.calls).toEqual(['open', 'close', 'open']);
    expect(guard.send([entryOf('a')], {})).toEqual([accepted()]);
  });

  it('ends with the same reason for all who share it', async () => {
    const { guard, runtime } = guardOn({ open: () => new Promise(() => undefined) });
    const giveUp = new AbortController();
    const both = [outcomeOf(guard.open({ runtime, onState, signal: giveUp.signal })), outcomeOf(guard.open({ runtime, onState }))];
    const reason = new Error('enough');
    giveUp.abort(reason);
    expect(await Promise.all(both)).toEqual([reason, reason]);
  });

  it('after one that was left waits until that has ended, and never opens twice at once', async () => {
    const openings = [gate(), gate()];
    let opened = 0;
    const { guard, inner, runtime } = guardOn({ open: () => openings[opened++]?.promise as Promise<void> });
    const giveUp = new AbortController();
    const first = outcomeOf(guard.open({ runtime, onState, signal: giveUp.signal }));
    giveUp.abort(new Error('enough'));
    await first;
    const second = guard.open({ runtime, onState });
    await runtime.settle();
    expect(inner.calls).toEqual(['open']);
    openings[0]?.reject(new Error('aborted'));
    await runtime.settle();
    expect(inner.calls).toEqual(['open', 'open']);
    openings[1]?.resolve();
    await second;
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('fails in time when what was left never ends', async () => {
    const { guard, runtime } = guardOn({ open: () => new Promise(() => undefined) });
    const giveUp = new AbortController();
    const first = outcomeOf(guard.open({ runtime, onState, signal: giveUp.signal }));
    giveUp.abort(new Error('enough'));
    await first;
    const second = outcomeOf(guard.open({ runtime, onState }));
    await runtime.advance(TIMEOUT_MS);
    expect(await second).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED', message: expect.stringContaining('1000 ms') as string });
    const reason = new Error('no patience');
    const third = new AbortController();
    const waiting = outcomeOf(guard.open({ runtime, onState, signal: third.signal }));
    await runtime.settle();
    third.abort(reason);
    expect(await waiting).toBe(reason);
    expect(runtime.pendingTimers()).toBe(0);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('no route to host'))],
    [
      'throws',
      () => {
        throw new Error('no route to host');
      },
    ],
  ])('that %s is coded, keeps its cause, and can be tried again', async (_, failing) => {
    let attempts = 0;
    const { guard, runtime } = guardOn({ open: () => (attempts++ === 0 ? failing() : Promise.resolve()) });
    await expect(guard.open({ runtime, onState })).rejects.toMatchObject({
      code: 'TRANSPORT_OPEN_FAILED',
      cause: { message: 'no route to host' },
      details: { transport: 'fake' },
    });
    await guard.open({ runtime, onState });
    expect(guard.send([entryOf('a')], {})).toEqual([accepted()]);
  });

  it('passes on a coded error of the adapter as it is', async () => {
    const refused = new ConnectionError('TRANSPORT_OPEN_FAILED', 'wrong password');
    const { guard, runtime } = guardOn({ open: () => Promise.reject(refused) });
    await expect(guard.open({ runtime, onState })).rejects.toBe(refused);
  });

  it('keeps from the adapter what `onState` throws', async () => {
    const { guard, inner, runtime } = guardOn();
    await guard.open({
      runtime,
      onState: () => {
        throw new Error('no such state');
      },
    });
    expect(() => inner.opened?.onState({ status: 'connected' })).not.toThrow();
    expect(runtime.logged).toMatchObject([{ level: 'error', event: 'transport.callback-failed', callback: 'onState' }]);
  });
});

describe('close', () => {
  it('gives up an opening, and leaves nothing open', async () => {
    const opening = gate();
    const { guard, inner, runtime } = guardOn({ open: () => opening.promise });
    const open = outcomeOf(guard.open({ runtime, onState }));
    const closing = guard.close();
    expect(await open).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED', message: expect.stringContaining('closed while') as string });
    opening.resolve();
    await closing;
    expect(inner.calls).toEqual(['open', 'close']);
  });

  it('closes once, however often it is asked, and an open after it works', async () => {
    const { guard, inner, runtime } = await openGuard();
    await Promise.all([guard.close(), guard.close()]);
    await guard.close();
    await guard.open({ runtime, onState });
    expect(inner.calls).toEqual(['open', 'close', 'open']);
  });

  it('before open is nothing', async () => {
    const { guard, inner } = guardOn();
    await guard.close();
    expect(inner.calls).toEqual([]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('reset by peer'))],
    [
      'throws',
      () => {
        throw new Error('reset by peer');
      },
    ],
  ])('that %s tells so, and the transport is closed all the same', async (_, close) => {
    const { guard, inner, runtime } = await openGuard({ close });
    await expect(guard.close()).rejects.toThrow('reset by peer');
    await expect(guard.send([entryOf('a')], {})).rejects.toMatchObject({ code: 'TRANSPORT_NOT_OPEN' });
    await guard.open({ runtime, onState });
    expect(inner.calls).toEqual(['open', 'close', 'open']);
  });

  it('that hangs is left when its signal aborts; an open after it waits, and fails in time', async () => {
    const closing = gate();
    const { guard, inner, runtime } = await openGuard({ close: () => closing.promise });
    const reason = new Error('enough');
    await expect(guard.close({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const early = outcomeOf(guard.open({ runtime, onState }));
    await runtime.advance(TIMEOUT_MS);
    expect(await early).toMatchObject({ code: 'TRANSPORT_OPEN_FAILED' });
    const later = guard.open({ runtime, onState });
    closing.resolve();
    await later;
    expect(inner.calls).toEqual(['open', 'close', 'open']);
    expect(runtime.pendingTimers()).toBe(0);
  });
});

describe('nothing works while it is not open:', () => {
  const operations: [string, (guard: IMessageTransport) => unknown][] = [
    ['send', (guard) => guard.send([entryOf('a')], {})],
    ['cancel', (guard) => guard.cancel('token')],
    ['replies', (guard) => guard.replies(() => undefined)],
    ['receive', (guard) => guard.receive(JOBS, { prefetch: 1 }, () => undefined)],
    ['compare', (guard) => guard.topology.compare({ entities: [] })],
    ['apply', (guard) => guard.topology.apply({ entities: [] })],
    ['prune', (guard) => guard.topology.prune({ entities: [] })],
    ['deadLetters.count', (guard) => guard.deadLetters.count('jobs')],
    ['deadLetters.list', (guard) => guard.deadLetters.list('jobs', { limit: 1 })],
    ['deadLetters.take', (guard) => guard.deadLetters.take('jobs', [], () => Promise.resolve())],
  ];
  it.each(operations)('%s', async (operation, call) => {
    const { guard, inner, runtime } = guardOn();
    const refusal = { code: 'TRANSPORT_NOT_OPEN', details: { transport: 'fake', operation, state: 'closed' } };
    expect(await outcomeOf((async () => call(guard))())).toMatchObject(refusal);
    await guard.open({ runtime, onState });
    expect(await outcomeOf((async () => call(guard))())).not.toBeInstanceOf(Error);
    await guard.close();
    expect(await outcomeOf((async () => call(guard))())).toMatchObject(refusal);
    expect(inner.calls.filter((name) => name.startsWith(operation)).length).toBeLessThanOrEqual(1);
  });

  it('but name, capabilities and plan can be read', () => {
    const { guard } = guardOn();
    expect([guard.name, guard.capabilities, guard.capabilitiesOf(JOBS)]).toEqual(['fake', CAPABILITIES, CAPABILITIES]);
    expect(guard.topology.plan({ endpoints: [], topics: [{ name: 'a.b' }], subscriptions: [] }).entities).toHaveLength(1);
  });
});
