import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { endpoint, handler } from '@waybill/core';
import type { IReplyInbox, TransportMessage } from '@waybill/core/transport';
import type { MemoryLikeness } from '../src/index.ts';
import { memory, memoryBroker } from '../src/index.ts';
import { errorOf, gate, GetOrder, never, order, Reserve, Ship, Shipped, start } from './support/request-bench.ts';

describe.each<MemoryLikeness>(['rabbitmq', 'service-bus', 'sqs', 'sqs-fifo', 'kafka', 'database'])('request like %s', (like) => {
  it('is answered by another bus, and a late reply is dropped', async () => {
    const broker = memoryBroker({ like });
    const late = gate();
    const there = await start(
      [handler(GetOrder, ({ orderId }) => (orderId === '1' ? { total: 5 } : late.opened.then(() => ({ total: 6 }))))],
      {
        broker,
      },
    );
    const here = await start([], { broker });
    expect(await here.bus.request(GetOrder, order)).toEqual({ total: 5 });
    const timedOut = errorOf(here.bus.request(GetOrder, { orderId: '2' }, { timeout: '1s' }));
    await here.runtime.advance(1_000);
    expect(await timedOut).toMatchObject({ code: 'REQUEST_TIMEOUT' });
    late.open();
    await there.runtime.settle();
    expect([here.bus.replies.dropped, there.bus.replies.unsent]).toEqual([1, 0]);
    await here.bus.stop();
    await there.bus.stop();
  });
});

describe('request', () => {
  it('resolves with what the handler returned, of another bus on the same broker', async () => {
    const broker = memoryBroker();
    const there = await start([handler(GetOrder, ({ orderId }) => ({ total: Number(orderId) * 12 }))], { broker });
    const here = await start([], { broker });
    const { signal } = new AbortController();
    expect(await here.bus.request(GetOrder, { orderId: '2' }, { signal })).toEqual({ total: 24 });
    expect(getEventListeners(signal, 'abort').length).toBe(0);
    expect(here.bus.replies).toEqual({ open: 0, dropped: 0, unsent: 0 });
    await here.bus.stop();
    await there.bus.stop();
    expect([here.runtime.pendingTimers(), there.runtime.pendingTimers()]).toEqual([0, 0]);
  });

  it('keeps many requests apart', async () => {
    const { bus } = await start([handler(Reserve, async ({ orderId }) => ({ total: Number(orderId) }))]);
    const ids = Array.from({ length: 500 }, (_, index) => index);
    const replies = await Promise.all(ids.map((id) => bus.request(Reserve, { orderId: String(id) })));
    expect(replies.map(({ total }) => total)).toEqual(ids);
    await bus.stop();
  });

  it('leaves at once from a handler, and links to what is handled', async () => {
    const seen: (string | undefined)[] = [];
    const ship = handler(Ship, async (_, context) => {
      const { total } = await context.request(GetOrder, order);
      await context.publish(Shipped, { orderId: String(total) });
    });
    const published = gate();
    const get = handler(GetOrder, (_, context) => {
      seen.push(context.causationId, context.conversationId);
      return { total: 7 };
    });
    const shipped = handler(Shipped, ({ orderId }) => {
      seen.push(orderId);
      published.open();
    });
    const { bus } = await start([ship, get, shipped]);
    await bus.send(Ship, order, { messageId: 'first' });
    await published.opened;
    expect(seen).toEqual(['first', 'first', '7']);
    await bus.stop();
  });

  it('goes where `to` says', async () => {
    const { bus } = await start([], { endpoints: [endpoint('elsewhere', { handlers: [handler(GetOrder, () => ({ total: 1 }))] })] });
    await expect(bus.request(GetOrder, order, { to: 'elsewhere' })).resolves.toEqual({ total: 1 });
    await expect(bus.request(GetOrder, order, { to: 'nowhere' })).rejects.toMatchObject({ code: 'UNROUTABLE' });
    expect(bus.replies.open).toBe(0);
    await bus.stop();
  });

  it('ends as REQUEST_TIMEOUT at its time, after 30 s by default, and the late reply is dropped and counted', async () => {
    const late = gate();
    const { bus, runtime } = await start([
      handler(GetOrder, async () => {
        await late.opened;
        return { total: 1 };
      }),
    ]);
    const waiting = errorOf(bus.request(GetOrder, order));
    const shorter = errorOf(bus.request(GetOrder, order, { timeout: '5s' }));
    await runtime.settle();
    expect(bus.replies.open).toBe(2);
    await runtime.advance(5_000);
    expect(await shorter).toMatchObject({ code: 'REQUEST_TIMEOUT', details: { timeoutMs: 5_000, sent: 'accepted' } });
    await runtime.advance(24_999);
    expect(bus.replies.open).toBe(1);
    await runtime.advance(1);
    expect(await waiting).toMatchObject({ code: 'REQUEST_TIMEOUT', details: { timeoutMs: 30_000 } });
    late.open();
    await runtime.settle();
    expect(bus.replies).toEqual({ open: 0, dropped: 2, unsent: 0 });
    expect(runtime.pendingTimers()).toBe(0);
    await bus.stop();
  });

  it('waits on where it is not known whether it left, and says so at the timeout', async () => {
    const broker = memoryBroker();
    const answer = gate();
    const get = handler(GetOrder, async () => {
      await answer.opened;
      return { total: 3 };
    });
    const { bus, runtime } = await start([get], { broker, publishTimeout: '1s' });
    broker.faults.dropConfirms(2);
    const answered = bus.request(GetOrder, order);
    const given = errorOf(bus.request(GetOrder, order, { timeout: '2s' }));
    await runtime.advance(2_000);
    expect(await given).toMatchObject({ code: 'REQUEST_TIMEOUT', details: { sent: 'unknown' } });
    answer.open();
    expect(await answered).toEqual({ total: 3 });
    expect(broker.faults.struck('dropConfirm')).toBe(2);
    await bus.stop();
  });

  it('ends as REQUEST_ABORTED when its signal aborts, before and after it left', async () => {
    const { bus, runtime } = await start([handler(GetOrder, () => never)], { drainTimeout: 0 });
    const reason = new Error('the caller left');
    expect(await errorOf(bus.request(GetOrder, order, { signal: AbortSignal.abort(reason) }))).toMatchObject({ code: 'REQUEST_ABORTED' });
    const caller = new AbortController();
    const waiting = errorOf(bus.request(GetOrder, order, { signal: caller.signal }));
    await runtime.settle();
    expect(bus.endpoint('orders').inFlight).toBe(1);
    caller.abort(reason);
    expect(await waiting).toMatchObject({ code: 'REQUEST_ABORTED', cause: reason });
    expect([bus.replies.open, runtime.pendingTimers(), getEventListeners(caller.signal, 'abort').length]).toEqual([0, 0, 0]);
    const stopping = bus.stop();
    await runtime.advance(2_000);
    await stopping;
  });

  it('ends as BUS_STOPPED when the bus stops, and is refused afterwards', async () => {
    const { bus, runtime } = await start([handler(GetOrder, () => ({ total: 1 }))]);
    await bus.endpoint('orders').pause();
    const waiting = errorOf(bus.request(GetOrder, order));
    await runtime.settle();
    expect(bus.replies.open).toBe(1);
    await bus.stop();
    expect(await waiting).toMatchObject({ code: 'BUS_STOPPED' });
    expect(await errorOf(bus.request(GetOrder, order))).toMatchObject({ code: 'BUS_STOPPED' });
    expect(runtime.pendingTimers()).toBe(0);
  });

  it('whose inbox never opens keeps the bus from nothing', async () => {
    const transport = Object.assign(memory(), { replies: () => never });
    const { bus, runtime } = await start([], { transport });
    const waiting = errorOf(bus.request(GetOrder, order));
    await runtime.settle();
    await bus.stop();
    expect(await waiting).toMatchObject({ code: 'BUS_STOPPED' });
    expect([bus.state, runtime.pendingTimers()]).toEqual(['stopped', 0]);
    expect(runtime.logged.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('whose inbox never closes keeps the transport from nothing', async () => {
    const transport = memory();
    const replies = transport.replies.bind(transport);
    const closed: string[] = [];
    const close = transport.close.bind(transport);
    Object.assign(transport, {
      replies: async (onReply: (message: TransportMessage) => void) => ({ ...(await replies(onReply)), close: () => never }),
      close: () => {
        closed.push('transport');
        return close();
      },
    });
    const { bus, runtime } = await start([handler(GetOrder, () => ({ total: 1 }))], { transport });
    await bus.request(GetOrder, order);
    const stopping = bus.stop();
    await runtime.advance(transport.capabilities.stopSlackMs);
    await stopping;
    expect([bus.state, closed]).toEqual(['stopped', ['transport']]);
  });

  it('of a handler is answered while the bus drains', async () => {
    const broker = memoryBroker();
    const there = await start([handler(GetOrder, () => ({ total: 9 }))], { broker });
    const go = gate();
    const totals: number[] = [];
    const ship = handler(Ship, async (_, context) => {
      await go.opened;
      totals.push((await context.request(GetOrder, order, { to: 'orders' })).total);
    });
    const here = await start([], { broker, endpoints: [endpoint('shipping', { handlers: [ship] })] });
    await here.bus.send(Ship, order, { to: 'shipping' });
    await here.runtime.settle();
    const stopping = here.bus.stop();
    go.open();
    await stopping;
    expect(totals).toEqual([9]);
    await there.bus.stop();
  });

  it('of a handler ends with the handler', async () => {
    const ended: unknown[] = [];
    const ship = handler(Ship, async (_, context) => {
      ended.push(await errorOf(context.request(GetOrder, order, { to: 'silent' })));
    });
    const silent = endpoint('silent', { handlers: [handler(GetOrder, () => never)] });
    const { bus, runtime } = await start([], { endpoints: [endpoint('shipping', { handlers: [ship] }), silent], drainTimeout: 0 });
    await bus.send(Ship, order, { to: 'shipping' });
    await runtime.settle();
    const stopping = bus.stop();
    await runtime.advance(5_000);
    await stopping;
    expect(ended).toMatchObject([{ code: 'REQUEST_ABORTED', cause: { code: 'BUS_STOPPED' } }]);
  });

  it('takes only queries and commands with a reply', async () => {
    const { bus } = await start([]);
    expect(await errorOf(bus.request(Ship as never, order as never))).toMatchObject({ code: 'CONTRACT_KIND_MISMATCH' });
    expect(await errorOf(bus.request(Shipped as never, order as never))).toMatchObject({ code: 'CONTRACT_KIND_MISMATCH' });
    await bus.stop();
  });

  it('opens the inbox at the first request, and tries again after a failure', async () => {
    const transport = memory();
    let opened = 0;
    const replies = transport.replies.bind(transport);
    Object.assign(transport, {
      replies: (onReply: (message: TransportMessage) => void): Promise<IReplyInbox> => {
        opened += 1;
        return opened === 1 ? Promise.reject(new Error('not now')) : replies(onReply);
      },
    });
    const { bus } = await start([handler(GetOrder, () => ({ total: 1 }))], { transport });
    expect(opened).toBe(0);
    expect(await errorOf(bus.request(GetOrder, order))).toMatchObject({ message: 'not now' });
    await Promise.all([bus.request(GetOrder, order), bus.request(GetOrder, order)]);
    expect(opened).toBe(2);
    await bus.stop();
  });
});
