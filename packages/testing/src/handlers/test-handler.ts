import type {
  BoundHandler,
  BusEvent,
  Contract,
  HandlerClass,
  HandlerFunction,
  HandlerLike,
  HandlerList,
  InputOf,
  ReplyInputOf,
  SendOptions,
} from '@waybill/core';
import { endpoint, handler, handlerClass } from '@waybill/core';
import { createTestHarness } from '../harness/create-test-harness.ts';
import { deliver } from '../harness/deliver.ts';
import type { TestHarnessOptions } from '../harness/harness-options.ts';
import { payloadOf } from '../recording/payload-of.ts';
import type { RecordedMessage } from '../recording/recorded-message.ts';

/** Options of {@link testHandler}. */
export interface HandlerTestOptions
  extends
    Pick<SendOptions, 'headers' | 'messageId' | 'correlationId' | 'tenantId' | 'partitionKey'>,
    Pick<TestHarnessOptions, 'container' | 'middleware' | 'serializers' | 'startsAt' | 'seed' | 'patience' | 'logger'> {
  /** Handlers of the queries and commands that the handler asks others with `context.request`. @default nobody answers */
  readonly answers?: HandlerList;
}

/** What one attempt at one message has done. */
export interface HandlerTestResult<C extends Contract> {
  readonly outcome: 'handled' | 'failed';
  /** What the handler has thrown, or what was wrong with the message. */
  readonly error: unknown;
  /** What the handler replied with. */
  readonly reply: ReplyInputOf<C> | undefined;
  /** The payloads of the commands that it sent. A failed attempt has sent nothing. */
  sent<M extends Contract>(contract: M): readonly InputOf<M>[];
  /** The payloads of the events that it published. A failed attempt has published nothing. */
  published<M extends Contract>(contract: M): readonly InputOf<M>[];
  /** All that left from the handler, in order, with headers and places. */
  readonly messages: readonly RecordedMessage[];
}

/** A class whose methods are decorated. What they handle is known at run time only. */
export type DecoratedClass = abstract new (...args: never[]) => object & { readonly handle?: never };

/** What {@link testHandler} takes beside a bound handler: a class, an instance, or the function itself. */
export type HandlerTarget<C extends Contract> =
  | HandlerClass<C>
  | DecoratedClass
  | { readonly handle: HandlerFunction<C> }
  | HandlerFunction<C>;

const PLACE = 'handler';

/**
 * Hands one message to one handler, through the real pipeline: the message is validated, serialized and read again, and
 * what the handler sends is captured as on a bus. One attempt; what others would do with what it sends does not happen.
 *
 * ```ts no-check
 * const result = await testHandler(submitOrder, { orderId: '1', total: 12 });
 * expect(result.published(OrderSubmitted)).toEqual([{ orderId: '1' }]);
 * ```
 * @throws MessageError `MESSAGE_INVALID` when the message does not fit its contract; TestFailure when the handler does not end
 */
export function testHandler<C extends Contract>(
  bound: BoundHandler<C>,
  message: InputOf<C>,
  options?: HandlerTestOptions,
): Promise<HandlerTestResult<C>>;
/** A class, decorated or not, an instance with its fakes, or a function; the contract says what it is to handle. */
export function testHandler<C extends Contract>(
  target: HandlerTarget<C>,
  contract: C,
  message: InputOf<C>,
  options?: HandlerTestOptions,
): Promise<HandlerTestResult<C>>;
export function testHandler(target: unknown, ...rest: readonly unknown[]): Promise<HandlerTestResult<Contract>> {
  if (isBound(target)) return run(target.contract, target, rest[0], rest[1] as HandlerTestOptions | undefined);
  const [contract, message, options] = rest as [Contract, unknown, HandlerTestOptions | undefined];
  return run(contract, bind(target as HandlerTarget<Contract>, contract), message, options);
}

async function run(
  contract: Contract,
  tested: HandlerLike,
  message: unknown,
  options: HandlerTestOptions = {},
): Promise<HandlerTestResult<Contract>> {
  const { answers = [], headers, messageId, correlationId, tenantId, partitionKey, ...harnessOptions } = options;
  const end = firstEnd();
  const harness = await createTestHarness({
    ...harnessOptions,
    observers: [end.observe],
    endpoints: [endpoint(PLACE, { handlers: [tested] }), ...(answers.length === 0 ? [] : [endpoint('answers', { handlers: answers })])],
  });
  try {
    await deliver(harness.bus, contract, message, definedOf({ headers, messageId, correlationId, tenantId, partitionKey }));
    await harness.until(end.reached);
    await harness.idle();
    const all = harness.timeline().entries;
    const messages = all.filter(({ from, kind }) => from === PLACE && LEFT.includes(kind));
    const failure = all.find(({ kind, place }) => kind === 'faulted' && place === PLACE);
    const reply = messages.find(({ kind }) => kind === 'replied');
    return resultOf(contract, messages, { failure, reply });
  } finally {
    await harness[Symbol.asyncDispose]();
  }
}

const LEFT: readonly string[] = ['sent', 'published', 'replied'];

function resultOf(
  contract: Contract,
  messages: readonly RecordedMessage[],
  { failure, reply }: { readonly failure: RecordedMessage | undefined; readonly reply: RecordedMessage | undefined },
): HandlerTestResult<Contract> {
  const payloads = (kind: string, { name }: Contract): readonly unknown[] =>
    messages.filter((one) => one.kind === kind && one.name === name).map((one) => one.message);
  return Object.freeze({
    outcome: failure === undefined ? 'handled' : 'failed',
    error: failure?.error,
    reply: reply === undefined ? undefined : payloadOf(reply, contract),
    sent: (wanted: Contract) => payloads('sent', wanted),
    published: (wanted: Contract) => payloads('published', wanted),
    messages,
  } as const);
}

/** A promise that is kept when the first attempt at the tested endpoint has ended. */
function firstEnd(): { readonly reached: Promise<void>; readonly observe: (event: BusEvent) => void } {
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const observe = ({ kind, message }: BusEvent): void => {
    if (message.endpoint === PLACE && (kind === 'attempt-succeeded' || kind === 'attempt-failed')) reach();
  };
  return { reached, observe };
}

function isBound(target: unknown): target is BoundHandler {
  return typeof target === 'object' && target !== null && 'contract' in target && 'target' in target;
}

/** A class is bound to the contract where it has a method `handle`, else by its own decorators. */
function bind(target: HandlerTarget<Contract>, contract: Contract): HandlerLike {
  if (typeof target !== 'function') return handler(contract, (message, context) => target.handle(message, context));
  if (!isClass(target)) return handler(contract, target as HandlerFunction<Contract>);
  return 'handle' in (target.prototype as object) ? handlerClass(contract, target as HandlerClass<Contract>) : target;
}

/** Only the prototype of a class cannot be written to. */
function isClass(target: HandlerTarget<Contract>): target is HandlerClass<Contract> | DecoratedClass {
  return Object.getOwnPropertyDescriptor(target, 'prototype')?.writable === false;
}

function definedOf<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
