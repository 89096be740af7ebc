import { describe, expect, it } from 'vitest';
import type { Bus, ConsumeContext, Handler, Replied, StandardSchema } from '@waybill/core';
import { defineQuery, endpoint, handler, handlerClass, handles, typed } from '@waybill/core';
import type { IMessageTransport, TransportMessage } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import type { MemoryBroker } from '../src/index.ts';
import { memoryBroker } from '../src/index.ts';
import type { ManualRuntime } from './support/manual-runtime.ts';
import type { View } from './support/request-bench.ts';
import { errorOf, gate, GetOrder, Named, never, order, Reserve, Ship, Shipped, start, stranger, text } from './support/request-bench.ts';

describe('a reply', () => {
  const positive: StandardSchema<View> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => ((value as View).total > 0 ? { value: value as View } : { issues: [{ message: 'too small', path: ['total'] }] }),
    },
  };
  const Checked = defineQuery('orders.checked', { schema: typed<{ readonly orderId: string }>(), reply: positive });

  it('leaves with the captured sends, after the handler returned', async () => {
    const seen: string[] = [];
    const get = handler(GetOrder, async (_, context) => {
      await context.publish(Shipped, order);
      const replied = await context.reply({ total: 2 });
      seen.push('returns');
      return replied;
    });
    const { bus } = await start([get]);
    const reply = bus.request(GetOrder, order).then(() => seen.push('replied'));
    await reply;
    expect(seen).toEqual(['returns', 'replied']);
    await bus.stop();
  });

  it('of a failed attempt is not sent', async () => {
    let attempts = 0;
    const get = handler(GetOrder, async (_, context) => {
      attempts += 1;
      const replied = await context.reply({ total: attempts });
      if (attempts === 1) throw new Error('after the reply');
      return replied;
    });
    const { bus } = await start([], { endpoints: [endpoint('orders', { handlers: [get], recovery: { retries: 1 } })] });
    expect(await bus.request(GetOrder, order)).toEqual({ total: 2 });
    expect(bus.replies.dropped).toBe(0);
    await bus.stop();
  });

  it('comes after a redelivery too', async () => {
    let tries = 0;
    const get = handler(GetOrder, () => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return { total: tries };
    });
    const { bus, runtime } = await start([], { endpoints: [endpoint('orders', { handlers: [get], recovery: { redeliver: ['10s'] } })] });
    const reply = bus.request(GetOrder, order);
    await runtime.advance(12_000);
    expect(await reply).toEqual({ total: 2 });
    await bus.stop();
  });

  it('to a request that is returned from the dead letters reaches nobody, and fails nothing', async () => {
    let isMended = false;
    const get = handler(GetOrder, () => {
      if (!isMended) throw new Error('broken');
      return { total: 1 };
    });
    const { bus, runtime } = await start([get]);
    const waiting = errorOf(bus.request(GetOrder, order, { timeout: '5s' }));
    await runtime.advance(5_000);
    expect(await waiting).toMatchObject({ code: expect.stringMatching(/^REQUEST_(TIMEOUT|FAULTED)$/) as string });
    isMended = true;
    await bus.deadLetters('orders').return(() => true);
    await runtime.settle();
    expect([await bus.deadLetters('orders').count(), bus.replies.dropped]).toEqual([0, 1]);
    await bus.stop();
  });

  it('of a decorated class and of a class without one is what its method returns', async () => {
    @handles(GetOrder)
    class GetOrderHandler {
      handle({ orderId }: { readonly orderId: string }): View {
        return { total: Number(orderId) };
      }
    }
    class ReserveHandler implements Handler<typeof Reserve> {
      async handle(_: { readonly orderId: string }, context: ConsumeContext<unknown, View>): Promise<Replied> {
        return context.reply({ total: 8 });
      }
    }
    const { bus } = await start([GetOrderHandler, handlerClass(Reserve, ReserveHandler)]);
    expect([await bus.request(GetOrder, order), await bus.request(Reserve, order)]).toEqual([{ total: 1 }, { total: 8 }]);
    await bus.stop();
  });

  it('of several kinds is told apart', async () => {
    const named = handler(Named, ({ orderId }, context) =>
      orderId === '1' ? { kind: 'found' as const, message: { total: 1 } } : context.reply('missing', { reason: 'no such order' }),
    );
    const { bus } = await start([named]);
    expect(await bus.request(Named, order)).toEqual({ kind: 'found', message: { total: 1 } });
    expect(await bus.request(Named, { orderId: '2' })).toEqual({ kind: 'missing', message: { reason: 'no such order' } });
    await bus.stop();
  });

  it.each([
    ['REPLY_MISSING', GetOrder, () => undefined],
    ['REPLY_UNEXPECTED', Named, () => ({ kind: 'lost', message: {} })],
    ['MESSAGE_INVALID', Checked, () => ({ total: 0 })],
    [
      'REPLIED_TWICE',
      GetOrder,
      async (_: unknown, context: { reply(message: View): Promise<unknown> }) => {
        await context.reply({ total: 1 });
        return { total: 2 };
      },
    ],
  ])('that breaks its contract fails the attempt as %s', async (code, contract, handle) => {
    const { bus, runtime } = await start([handler(contract as typeof GetOrder, handle as never)]);
    const waiting = errorOf(bus.request(contract as typeof GetOrder, order));
    await runtime.settle();
    const line = runtime.logged.find(({ event }) => event === 'message.dead-lettered');
    expect(line?.['error']).toContain(code);
    await bus.stop();
    await waiting;
  });

  it('where the contract has none fails the attempt as REPLY_UNEXPECTED', async () => {
    const ship = handler(Ship, (async (_: unknown, context: { reply(message: View): Promise<unknown> }) => {
      await context.reply({ total: 1 });
    }) as never);
    const { bus, runtime } = await start([ship]);
    await bus.send(Ship, order);
    await runtime.settle();
    expect(runtime.logged.find(({ event }) => event === 'message.dead-lettered')?.['error']).toContain('REPLY_UNEXPECTED');
    await bus.stop();
  });

  it('of a command that was only sent goes nowhere, whatever the handler returns', async () => {
    const handled = gate();
    const { bus, runtime } = await start([handler(Reserve, (() => handled.open()) as never)]);
    await bus.send(Reserve, order);
    await handled.opened;
    await runtime.settle();
    expect(runtime.logged.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(bus.replies).toEqual({ open: 0, dropped: 0, unsent: 0 });
    await bus.stop();
  });

  it('that came for the wrong request, twice or too late is dropped and counted', async () => {
    const broker = memoryBroker();
    const { bus, runtime } = await start([handler(Checked, () => never)], { broker });
    const { headers, transport } = await intercept(bus, broker, runtime);
    const answer = (request: string): unknown => send(transport, headers.get(HEADERS.replyTo) as string, { [HEADERS.request]: request });
    await answer('unknown');
    await answer(headers.get(HEADERS.request) as string);
    await answer(headers.get(HEADERS.request) as string);
    expect(bus.replies).toEqual({ open: 0, dropped: 2, unsent: 0 });
    await transport.close();
    await bus.stop();
  });

  it.each([
    ['of a name that is none of the contract', { [HEADERS.name]: 'orders.else.reply' }, text({ total: 1 })],
    ['of a newer version', { [HEADERS.name]: 'orders.checked.reply', [HEADERS.version]: '2' }, text({ total: 1 })],
    ['that cannot be read', { [HEADERS.name]: 'orders.checked.reply' }, new TextEncoder().encode('{')],
    ['that does not fit its schema', { [HEADERS.name]: 'orders.checked.reply' }, text({ total: 0 })],
  ])('%s is REPLY_INVALID', async (_, headers, body) => {
    expect(await errorOf(replyWith(headers, body))).toMatchObject({ code: 'REPLY_INVALID' });
  });

  it('without a name is taken where there is only one', async () => {
    expect(await replyWith({}, text({ total: 5 }))).toEqual({ total: 5 });
  });

  it('that is a fault is REQUEST_FAULTED, and carries what it said', async () => {
    const fault = { code: 'OUT_OF_STOCK', message: 'nothing left' };
    expect(await errorOf(replyWith({ [HEADERS.name]: 'waybill.fault' }, text(fault)))).toMatchObject({
      code: 'REQUEST_FAULTED',
      details: { contract: 'orders.checked', fault },
    });
    expect(await errorOf(replyWith({ [HEADERS.name]: 'waybill.fault' }, new Uint8Array([1])))).toMatchObject({ code: 'REQUEST_FAULTED' });
    const long = { endpoint: 'e', attempts: 3, errors: [{ name: 'Error', message: `${'x'.repeat(300)}\nmore` }] };
    const told = String(await errorOf(replyWith({ [HEADERS.name]: 'waybill.fault' }, text(long))));
    expect(told).toContain(`failed at the endpoint "e" after 3 attempts: Error: ${'x'.repeat(200)}. See`);
    for (const odd of ['text', null, { errors: [null] }, { errors: 5, endpoint: {} }])
      expect(String(await errorOf(replyWith({ [HEADERS.name]: 'waybill.fault' }, text(odd))))).toContain(
        'failed at the other service. See',
      );
  });

  /** Answers a request by hand, with those headers and that body. */
  async function replyWith(headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<unknown> {
    const broker = memoryBroker();
    const { bus, runtime } = await start([handler(Checked, () => never)], { broker });
    const { headers: asked, transport, reply } = await intercept(bus, broker, runtime);
    void send(
      transport,
      asked.get(HEADERS.replyTo) as string,
      { [HEADERS.request]: asked.get(HEADERS.request) as string, ...headers },
      body,
    );
    try {
      return await reply;
    } finally {
      await transport.close();
      await bus.stop();
    }
  }

  /** Makes a request and takes it from its endpoint, which is paused. */
  async function intercept(bus: Bus, broker: MemoryBroker, runtime: ManualRuntime) {
    const transport = await stranger(broker);
    await bus.endpoint('orders').pause();
    const reply = bus.request(Checked, order);
    reply.catch(() => undefined);
    let taken: TransportMessage | undefined;
    const endpointTopology = {
      name: 'orders',
      deadLetter: 'orders.dead-letter',
      skipped: 'orders.skipped',
      ordered: false,
      redeliveryDelaysMs: [],
      options: undefined,
    };
    const receiver = transport.receive(endpointTopology, { prefetch: 1 }, (delivery) => {
      taken = delivery.message;
      void delivery.ack();
    });
    await receiver.start();
    await runtime.settle();
    expect(taken?.headers.get(HEADERS.name)).toBe('orders.checked');
    return { headers: taken?.headers as ReadonlyMap<string, string>, transport, reply };
  }

  async function send(
    transport: IMessageTransport,
    address: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array = text({ total: 1 }),
  ): Promise<void> {
    await transport.send([{ destination: { kind: 'reply', address }, headers: new Map(Object.entries(headers)), body }], {});
  }
});

describe('a reply address from the wire', () => {
  const ask = async (broker: MemoryBroker, replyTo: string): Promise<void> => {
    const transport = await stranger(broker);
    const headers = new Map([
      [HEADERS.name, 'orders.get-order'],
      [HEADERS.id, 'asked'],
      [HEADERS.replyTo, replyTo],
    ]);
    await transport.send([{ destination: { kind: 'endpoint', name: 'orders' }, headers, body: text(order) }], {});
    await transport.close();
  };

  it('that is none of the transport is refused: the request is handled, and the reply is counted as unsent', async () => {
    const broker = memoryBroker();
    let handled = 0;
    const get = handler(GetOrder, () => {
      handled += 1;
      return { total: 1 };
    });
    const { bus, runtime } = await start([get], { broker });
    await ask(broker, 'orders');
    await runtime.settle();
    expect([handled, bus.replies.unsent]).toEqual([1, 1]);
    expect(runtime.logged.filter(({ level }) => level === 'warn')).toMatchObject([
      { event: 'reply.refused', code: 'REPLY_ADDRESS_REFUSED', endpoint: 'orders', messageId: 'asked' },
    ]);
    await bus.stop();
  });

  it('that cannot be reached fails nothing, and the reply is counted as unsent', async () => {
    const broker = memoryBroker({ like: 'rabbitmq' });
    let handled = 0;
    const get = handler(GetOrder, () => {
      handled += 1;
      broker.faults.rejectSends(1);
      return { total: 1 };
    });
    const { bus, runtime } = await start([get], { broker });
    await ask(broker, 'memory-reply:999');
    await runtime.settle();
    expect([handled, broker.faults.struck('rejectSend'), bus.replies.unsent]).toEqual([1, 1, 1]);
    expect(runtime.logged.filter(({ level }) => level === 'warn' || level === 'error')).toMatchObject([
      { event: 'reply.unsent', message: 'orders.get-order.reply', code: 'SEND_REJECTED' },
    ]);
    await bus.stop();
  });

  it('does not save a handler whose reply is too large', async () => {
    const broker = memoryBroker({ like: 'rabbitmq', maxMessageBytes: 1_000 });
    const big = handler(GetOrder, () => ({ total: 1, padding: 'x'.repeat(2_000) }));
    const { bus, runtime } = await start([big], { broker });
    await ask(broker, 'memory-reply:999');
    await runtime.settle();
    expect(runtime.logged.find(({ event }) => event === 'message.dead-lettered')?.['error']).toContain('MESSAGE_TOO_LARGE');
    await bus.stop();
  });
});
