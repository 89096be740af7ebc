import { describe, expect, it } from 'vitest';
import type { BusOptions, Command, ConsumeContext, Event, SendOptions, StandardSchema } from '@waybill/core';
import { createBus, defineCommand, defineEvent, endpoint, handler, silentLogger, systemRuntime } from '@waybill/core';
import type { TransportEntry } from '@waybill/core/transport';
import { HEADERS } from '@waybill/core/transport';
import { accepted, CAPABILITIES, fakeDelivery, fakeTransport } from '../support/fake-transport.ts';
import { manualRuntime } from '../support/manual-runtime.ts';
import { outcomeOf } from '../support/waiting.ts';

const Work: Command<{ readonly n: number }> = defineCommand('jobs.work', { version: 3 });
const Done: Event<{ readonly n: number }> = defineEvent('jobs.done');
const NOW = 1_700_000_000_000;
const SENT = '2023-11-14T22:13:20.000Z';

/** A bus on a fake adapter, and the entries that reached it. */
async function outbox(options: Partial<BusOptions> = {}, capabilities: Partial<typeof CAPABILITIES> = {}) {
  const entries: TransportEntry[] = [];
  const runtime = manualRuntime(NOW);
  const transport = fakeTransport({
    send: (sent) => {
      entries.push(...sent);
      return sent.map(() => accepted());
    },
  });
  Object.assign(transport, { capabilities: { ...CAPABILITIES, ...capabilities } });
  const bus = createBus({ name: 'ordering', transport, runtime, publishes: [Done], ...options } as BusOptions);
  await bus.start();
  return { bus, entries, transport, runtime };
}

it.each(['soon', '', '1969-12-31T23:00:00.000Z'])('a send middleware that says it was sent %j spoils no id', async (text) => {
  const { bus, entries } = await outbox({
    runtime: systemRuntime({ logger: silentLogger }),
    sendMiddleware: [
      (context, next) => {
        context.headers.set(HEADERS.sent, text);
        return next(context);
      },
    ],
  });
  await bus.send(Work, { n: 1 });
  expect(entries[0]?.headers.get(HEADERS.id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  await bus.stop();
});

describe('a message that leaves a bus carries', () => {
  const sent = async (options?: SendOptions): Promise<TransportEntry> => {
    const { bus, entries } = await outbox();
    await bus.send(Work, { n: 1 }, options);
    await bus.stop();
    return entries[0] as TransportEntry;
  };

  it('its id, name, version, time, source, conversation and content type, and nothing else', async () => {
    const entry = await sent();
    const id = entry.headers.get(HEADERS.id) as string;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(Object.fromEntries(entry.headers)).toEqual({
      [HEADERS.id]: id,
      [HEADERS.name]: 'jobs.work',
      [HEADERS.version]: '3',
      [HEADERS.sent]: SENT,
      [HEADERS.source]: 'ordering',
      [HEADERS.conversation]: id,
      [HEADERS.contentType]: 'application/json',
    });
    expect([new TextDecoder().decode(entry.body), entry.destination]).toEqual(['{"n":1}', { kind: 'endpoint', name: 'jobs' }]);
    expect([entry.partitionKey, entry.notBefore, entry.expiresAt, entry.priority]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('what was said at the call, as headers and as fields of the entry', async () => {
    const entry = await sent({
      to: 'elsewhere',
      messageId: 'the-id',
      correlationId: 'flow',
      tenantId: 'acme',
      partitionKey: 'order-1',
      timeToLive: '5m',
      delay: '10s',
      priority: 9,
      headers: { own: 'x', traceparent: '00-a-b-01' },
    });
    expect(Object.fromEntries(entry.headers)).toMatchObject({
      [HEADERS.id]: 'the-id',
      [HEADERS.conversation]: 'the-id',
      [HEADERS.correlation]: 'flow',
      [HEADERS.tenant]: 'acme',
      [HEADERS.partitionKey]: 'order-1',
      [HEADERS.expires]: '2023-11-14T22:18:20.000Z',
      own: 'x',
      traceparent: '00-a-b-01',
    });
    expect(entry).toMatchObject({
      destination: { kind: 'endpoint', name: 'elsewhere' },
      partitionKey: 'order-1',
      expiresAt: NOW + 300_000,
      notBefore: NOW + 10_000,
      priority: 9,
    });
  });

  it('times in whole milliseconds, never too early', async () => {
    expect(await sent({ delay: 0.2, timeToLive: '1.0005s' })).toMatchObject({ notBefore: NOW + 1, expiresAt: NOW + 1_001 });
  });

  it('the time of its own sending', async () => {
    const { bus, entries, runtime } = await outbox();
    for (const wait of [0, 1, 59_999]) {
      await runtime.advance(wait);
      await bus.send(Work, { n: 1 });
    }
    await bus.stop();
    expect(entries.map(({ headers }) => headers.get(HEADERS.sent))).toEqual([SENT, '2023-11-14T22:13:20.001Z', '2023-11-14T22:14:20.000Z']);
  });

  it('its input as given, not the output of its schema', async () => {
    const doubling: StandardSchema<{ readonly n: number }> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          const { n } = value as { readonly n: number };
          return n > 9 ? { issues: [{ message: 'too many', path: ['n'] }] } : { value: { n: n * 2 } };
        },
      },
    };
    const Checked = defineCommand('jobs.checked', { schema: doubling });
    const { bus, entries } = await outbox();
    await bus.send(Checked, { n: 4 });
    expect(new TextDecoder().decode(entries[0]?.body)).toBe('{"n":4}');
    expect(await outcomeOf(bus.send(Checked, { n: 10 }))).toMatchObject({
      code: 'MESSAGE_INVALID',
      message: 'A message does not fit the schema of "jobs.checked": n: too many.',
      details: { contract: 'jobs.checked', issues: ['n: too many'] },
    });
    expect(entries).toHaveLength(1);
    await bus.stop();
  });

  it('what a send middleware does to it, in the order of the list, before it is written', async () => {
    const order: string[] = [];
    const { bus, entries } = await outbox({
      sendMiddleware: [
        async (context, next) => {
          order.push('outer');
          context.headers.set('stamp', 'x');
          await next(context);
          order.push('outer ends');
        },
        (context, next) => {
          order.push(`inner of ${context.contract.name}, ${context.body.byteLength} bytes`);
          return next(context);
        },
      ],
    });
    await bus.send(Work, { n: 1 });
    await bus.stop();
    expect(order).toEqual(['outer', 'inner of jobs.work, 0 bytes', 'outer ends']);
    expect(entries[0]?.headers.get('stamp')).toBe('x');
  });
});

describe('a message that leaves a handler', () => {
  const sentBy = async (headers: Record<string, string>, handle: (context: ConsumeContext) => Promise<void>) => {
    const work = handler(Work, (_, context) => handle(context));
    const { bus, entries, transport, runtime } = await outbox({ endpoints: [endpoint('jobs', { handlers: [work] })] });
    const delivery = fakeDelivery({
      nativeId: 'native-7',
      message: { headers: new Map([[HEADERS.name, Work.name], ...Object.entries(headers)]), body: new TextEncoder().encode('{"n":1}') },
    });
    transport.deliver(delivery);
    await runtime.settle();
    await bus.stop();
    expect(delivery.verbs).toEqual(['ack']);
    return entries.map((entry) => Object.fromEntries(entry.headers));
  };
  const parent = {
    [HEADERS.id]: 'parent',
    [HEADERS.correlation]: 'flow',
    [HEADERS.conversation]: 'talk',
    [HEADERS.tenant]: 'acme',
    [HEADERS.partitionKey]: 'order-1',
    own: 'x',
  };

  it('is linked to the message being handled, and takes over neither its key nor its own headers', async () => {
    const [event] = await sentBy(parent, (context) => context.publish(Done, { n: 1 }));
    expect(event).toEqual({
      [HEADERS.id]: event?.[HEADERS.id],
      [HEADERS.name]: 'jobs.done',
      [HEADERS.sent]: SENT,
      [HEADERS.source]: 'ordering',
      [HEADERS.contentType]: 'application/json',
      [HEADERS.correlation]: 'flow',
      [HEADERS.conversation]: 'talk',
      [HEADERS.initiator]: 'flow',
      [HEADERS.causation]: 'parent',
      [HEADERS.tenant]: 'acme',
    });
    expect(event?.[HEADERS.id]).not.toBe('parent');
  });

  it('keeps what is said at the call', async () => {
    const [event] = await sentBy(parent, (context) => context.publish(Done, { n: 1 }, { correlationId: 'other', tenantId: 'umbrella' }));
    expect(event).toMatchObject({
      [HEADERS.correlation]: 'other',
      [HEADERS.initiator]: 'flow',
      [HEADERS.tenant]: 'umbrella',
      [HEADERS.conversation]: 'talk',
    });
  });

  it('of a foreign message without ids is linked to the id that the broker gave', async () => {
    const [event] = await sentBy({}, (context) => context.publish(Done, { n: 1 }));
    expect(event).toMatchObject({ [HEADERS.causation]: 'native-7', [HEADERS.conversation]: 'native-7' });
    expect([event?.[HEADERS.correlation], event?.[HEADERS.initiator], event?.[HEADERS.tenant]]).toEqual([undefined, undefined, undefined]);
  });

  it('leaves in the order of the calls, in one call to the transport, after the handler returned and before the ack', async () => {
    const order: string[] = [];
    const work = handler(Work, async (_, context) => {
      await context.publish(Done, { n: 1 });
      await context.send(Work, { n: 2 }, { to: 'elsewhere' });
      order.push('returned');
    });
    const { bus, transport, runtime, entries } = await outbox({ endpoints: [endpoint('jobs', { handlers: [work] })] });
    transport.calls.length = 0;
    const message = { headers: new Map([[HEADERS.name, Work.name]]), body: new TextEncoder().encode('{"n":1}') };
    transport.deliver(
      fakeDelivery({
        message,
        ack: () => {
          order.push(`ack after ${transport.calls.join()}`);
          return 'settled';
        },
      }),
    );
    await runtime.settle();
    await bus.stop();
    expect(order).toEqual(['returned', 'ack after send 2']);
    expect(entries.map(({ headers }) => headers.get(HEADERS.name))).toEqual(['jobs.done', 'jobs.work']);
  });
});

describe('what the transport cannot keep is refused before anything leaves:', () => {
  const refusals: [string, Partial<typeof CAPABILITIES>, SendOptions][] = [
    ['a delay where there is none', { delay: { maxMs: 0, steps: 'any', hop: false, cancel: false } }, { delay: 1 }],
    [
      'a delay where only those of the policy are',
      { delay: { maxMs: 60_000, steps: 'policy', hop: false, cancel: false } },
      { delay: '1s' },
    ],
    ['a delay that is too long', { delay: { maxMs: 60_000, steps: 'any', hop: false, cancel: false } }, { delay: 60_001 }],
    ['a priority where there is none', { priority: false }, { priority: 0 }],
  ];
  it.each(refusals)('%s', async (_, capabilities, options) => {
    const { bus, entries } = await outbox({}, capabilities);
    expect(await outcomeOf(bus.send(Work, { n: 1 }, options))).toMatchObject({
      code: 'CAPABILITY_NOT_SUPPORTED',
      details: { transport: 'fake' },
    });
    expect(entries).toEqual([]);
    await bus.stop();
  });

  it('but a delay that can be made of several is, with its due time in a header', async () => {
    const { bus, entries } = await outbox({}, { delay: { maxMs: 60_000, steps: 'any', hop: true, cancel: false } });
    await bus.send(Work, { n: 1 }, { delay: 60_000 });
    await bus.send(Work, { n: 1 }, { delay: 60_001 });
    expect(entries.map(({ notBefore, headers }) => [notBefore, headers.get(HEADERS.due)])).toEqual([
      [NOW + 60_000, undefined],
      [NOW + 60_000, '2023-11-14T22:14:20.001Z'],
    ]);
    await bus.stop();
  });
});
