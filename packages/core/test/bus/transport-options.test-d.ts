// Compiled twice: with `experimentalDecorators`, and as standard decorators by tsconfig.standard.json.
import { expectTypeOf, test } from 'vitest';
import type {
  BatchOutcome,
  Bus,
  Command,
  ConsumeContext,
  Endpoint,
  EndpointTransportOptions,
  Middleware,
  OutgoingContext,
} from '@waybill/core';
import { createBus, defineCommand, endpoint, forContract, typed } from '@waybill/core';
import type { IMessageTransport } from '@waybill/core/transport';

interface HareOptions extends EndpointTransportOptions<'hare'> {
  readonly queue: 'quorum' | 'classic';
}
interface TortoiseOptions extends EndpointTransportOptions<'tortoise'> {
  readonly partitions: number;
}
declare const hare: IMessageTransport<'hare'>;
declare const anyTransport: IMessageTransport;
declare const hareEndpoint: (options: { readonly queue: 'quorum' | 'classic' }) => HareOptions;
declare const tortoiseEndpoint: (options: { readonly partitions: number }) => TortoiseOptions;
const handlers = [] as const;

test("options of an endpoint are those of the bus' transport", () => {
  const plain = endpoint('plain', { handlers });
  const own = endpoint('own', { handlers, transport: hareEndpoint({ queue: 'quorum' }) });
  const foreign = endpoint('foreign', { handlers, transport: tortoiseEndpoint({ partitions: 3 }) });
  expectTypeOf(plain).toEqualTypeOf<Endpoint>();
  expectTypeOf(own).toEqualTypeOf<Endpoint<'hare'>>();
  expectTypeOf(createBus({ transport: hare, endpoints: [plain, own] })).toEqualTypeOf<Bus>();
  // @ts-expect-error options of another transport
  createBus({ transport: hare, endpoints: [foreign] });
  // @ts-expect-error options of another transport, written in place
  createBus({ transport: hare, endpoints: [endpoint('x', { handlers, transport: tortoiseEndpoint({ partitions: 3 }) })] });
  // @ts-expect-error no such option of this transport
  hareEndpoint({ partitions: 3 });
});

test('a transport whose name is not known by type takes all, and is checked when the bus is created', () => {
  const own = endpoint('x', { handlers, transport: hareEndpoint({ queue: 'classic' }) });
  expectTypeOf(createBus({ transport: anyTransport, endpoints: [own] })).toEqualTypeOf<Bus>();
});

interface Work {
  readonly n: number;
}
const Work: Command<Work> = defineCommand('jobs.work');
const Parsed = defineCommand('jobs.parsed', { schema: typed<{ readonly n: number }>() });

test('a middleware for one contract knows its message, inwards and outwards', () => {
  createBus({
    transport: anyTransport,
    middleware: [
      forContract(Work, (context, next) => {
        expectTypeOf(context.message).toEqualTypeOf<Work>();
        expectTypeOf(context.messageId).toBeString();
        return next(context);
      }),
    ],
    sendMiddleware: [
      forContract(Parsed, (context, next) => {
        expectTypeOf(context.message).toEqualTypeOf<{ readonly n: number }>();
        context.headers.set('a', 'b');
        return next(context);
      }),
    ],
  });
  const audit: Middleware<OutgoingContext> = (context, next) => next(context);
  createBus({ transport: anyTransport, sendMiddleware: [forContract(Work, audit)] });
  const inwards = forContract(Work, (context, next) => next(context));
  expectTypeOf(inwards).parameter(0).toEqualTypeOf<ConsumeContext>();
});

test('a batch takes what its verb takes, and its options know the message', () => {
  const bus = createBus({ transport: anyTransport });
  const sent = bus.sendAll(Work, [{ n: 1 }], (message, index) => {
    expectTypeOf(message).toEqualTypeOf<Work>();
    return { partitionKey: `${message.n} ${index}` };
  });
  expectTypeOf(sent).resolves.toEqualTypeOf<readonly BatchOutcome[]>();
  // @ts-expect-error a command is not published
  void bus.publishAll(Work, [{ n: 1 }]);
  // @ts-expect-error one message id for all
  void bus.sendAll(Work, [{ n: 1 }], { messageId: 'a' });
  // @ts-expect-error no such payload
  void bus.sendAll(Work, [{ m: 1 }]);
});
