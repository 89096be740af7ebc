import { describe, expect, it } from 'vitest';
import type { HandlerList } from '@waybill/core';
import { createBus, defineCommand, defineEvent, defineQuery, endpoint, handler } from '@waybill/core';
import type { IMessageSerializer } from '@waybill/core/serialization';
import { jsonSerializer } from '@waybill/core/serialization';
import type { IMessageTransport, ITransportDelivery, TransportEntry } from '@waybill/core/transport';
import { virtualRuntime } from '@waybill/simulation';
import { memory } from '../src/index.ts';
import { overlay } from './support/waiting.ts';

interface Work {
  readonly n: number;
}
const Work = defineCommand<Work>('jobs.work');
const Raw = defineCommand<Uint8Array>('jobs.raw');
const Done = defineEvent<Work>('jobs.done');
const Ask = defineQuery<Work, Work>('jobs.ask');
const json = jsonSerializer();

/** A started bus whose clock stands still; it tries again at once, and once more after a second. */
async function start(handlers: HandlerList, serializer: IMessageSerializer, transport: IMessageTransport = memory()) {
  const runtime = virtualRuntime();
  const jobs = endpoint('jobs', { handlers, recovery: { retries: 1, redeliver: ['1s'] } });
  const bus = createBus({ name: 'jobs', transport, runtime, endpoints: [jobs], serializers: [serializer] });
  await bus.start();
  return { bus, runtime, [Symbol.asyncDispose]: () => bus.stop() };
}

/** What a bus promises of the bytes that it hands to a transport, and of those that it takes. */
function promises(inner: IMessageTransport) {
  const promised: (boolean | undefined)[] = [];
  const note = (entries: readonly TransportEntry[] = []): void => void promised.push(...entries.map(({ immutable }) => immutable));
  const noting = (delivery: ITransportDelivery): ITransportDelivery =>
    overlay(delivery, {
      ack: (options) => {
        note(options?.sends);
        return delivery.ack(options);
      },
    });
  const transport = overlay(inner, {
    send: (entries, options) => {
      note(entries);
      return inner.send(entries, options);
    },
    receive: (place, options, onDelivery) => {
      promised.push(options.immutable);
      return inner.receive(place, options, (delivery) => onDelivery(noting(delivery)));
    },
    replies: async (onReply) => {
      const inbox = await inner.replies(onReply);
      return overlay(inbox, {
        send: (entries, options) => {
          note(entries);
          return inbox.send(entries, options);
        },
      });
    },
  });
  return { promised, transport };
}

describe('a serializer that makes no promise', () => {
  it('may write all messages into one buffer: alone, in a batch, from a handler', async () => {
    const buffer = new Uint8Array(1_000);
    const serialize = (message: unknown): Uint8Array =>
      buffer.subarray(0, new TextEncoder().encodeInto(JSON.stringify(message), buffer).written);
    const got: number[] = [];
    const handlers = [
      handler(Work, async ({ n }, context) => {
        await context.publish(Done, { n });
        await context.publish(Done, { n: n + 10 });
      }),
      handler(Done, ({ n }) => void got.push(n)),
    ];
    await using service = await start(handlers, {
      contentType: 'application/json',
      serialize,
      deserialize: (body) => json.deserialize(body),
    });
    await Promise.all([
      service.bus.send(Work, { n: 1 }),
      service.bus.send(Work, { n: 2 }),
      service.bus.sendAll(Work, [{ n: 3 }, { n: 4 }]),
    ]);
    await service.runtime.settle();
    expect(got.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 11, 12, 13, 14]);
  });

  it('may give away what the sender goes on to write to, and hand to a handler what it was given to read', async () => {
    const got: number[][] = [];
    const work = handler(Raw, (message) => {
      got.push(Array.from(message));
      message.fill(0);
      if (got.length < 3) throw new Error('not now');
    });
    const serializer = { contentType: 'application/x-raw', serialize: (message: unknown) => message as Uint8Array };
    await using service = await start([work], { ...serializer, deserialize: (body) => body });
    const message = Uint8Array.of(1, 2, 3);
    await service.bus.send(Raw, message);
    message.fill(9);
    await service.runtime.advance(1_000);
    expect(got).toEqual(Array.from({ length: 3 }, () => [1, 2, 3])); // at once, again, and redelivered
  });

  it('is refused where it writes anything but bytes', async () => {
    const serialize = (): Uint8Array => '{}' as unknown as Uint8Array;
    await using service = await start([handler(Work, () => undefined)], { ...json, immutable: false, serialize });
    await expect(service.bus.send(Work, { n: 1 })).rejects.toMatchObject({
      code: 'MESSAGE_NOT_SERIALIZABLE',
      message: expect.stringContaining('The serializer of "application/json" wrote "{}", and no bytes.') as string,
    });
  });
});

describe('a serializer that writes to no bytes of a message', () => {
  it.each([
    ['jsonSerializer does', json.immutable, true],
    ['another does not', undefined, false],
  ])('has them copied by nobody on memory, where it says so: %s', async (_, immutable = false, isSame) => {
    const written: Uint8Array[] = [];
    const read: Uint8Array[] = [];
    const work = handler(Work, () => undefined);
    await using service = await start([work], {
      contentType: 'application/json',
      immutable,
      serialize: (message) => (written[written.length] = json.serialize(message)),
      deserialize: (body) => json.deserialize((read[read.length] = body)),
    });
    await service.bus.send(Work, { n: 1 });
    await service.runtime.settle();
    expect([read.length, written.length]).toEqual([1, 1]);
    expect(read[0]).toEqual(written[0]);
    expect(read[0] === written[0]).toBe(isSame);
  });

  it('lets a bus promise that on all its ways', async () => {
    const { promised, transport } = promises(memory());
    const handlers = [
      handler(Work, ({ n }, context) => context.publish(Done, { n })),
      handler(Done, () => undefined),
      handler(Ask, ({ n }) => ({ n })),
    ];
    await using service = await start(handlers, json, transport);
    await service.bus.send(Work, { n: 1 });
    await service.bus.sendAll(Work, [{ n: 2 }, { n: 3 }]);
    await service.bus.publish(Done, { n: 4 });
    expect(await service.bus.request(Ask, { n: 5 })).toEqual({ n: 5 });
    await service.runtime.settle();
    expect(promised).toEqual(Array.from({ length: 1 + 4 + 2 + 3 }, () => true)); // a receiver; sent; asked and answered; published
  });
});
