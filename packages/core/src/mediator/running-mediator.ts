import { ConfigurationError, MessageError } from '../errors/bus-error.ts';
import { assertKind, assertRequest } from '../messages/assert-contract-kind.ts';
import type { AnyCommand, AnyEvent, AnyRequest, Contract, InputOf, ReplyOf } from '../messages/contract.ts';
import { assertSendOptions } from '../pipeline/assert-send-options.ts';
import type { BatchOptions, BatchOutcome } from '../pipeline/batch.ts';
import { assertBatch, oneByOne } from '../pipeline/batch.ts';
import type { RequestOptions, SendOptions } from '../pipeline/message-sender.ts';
import { NO_OPTIONS } from '../pipeline/message-sender.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { boundedRequest } from './bounded-request.ts';
import type { DispatchCounts, DispatchQueue } from './dispatch-queue.ts';
import type { Mediator } from './mediator.ts';
import type { MediatorSurroundings } from './mediator-context.ts';
import { MediatorContext, headersOf } from './mediator-context.ts';
import { validateNow } from './validate-now.ts';

/** A contract with its handlers, its middleware linked in front of them. */
export interface MediatorRoute {
  readonly contract: Contract;
  readonly run: (context: MediatorContext) => MaybePromise<void>;
}

interface LinkedRoute {
  readonly surroundings: MediatorSurroundings;
  readonly run: (context: MediatorContext) => MaybePromise<void>;
}

/** What a call without an asynchronous step resolves with. */
const DONE: Promise<void> = Promise.resolve();

/**
 * The mediator itself; see {@link Mediator} for its promises. Its methods are not `async`: a call that nothing waits in
 * allocates no promise, and another hands on the one of its chain.
 */
export class RunningMediator implements Mediator {
  readonly #runtime: Runtime;
  readonly #routes: ReadonlyMap<string, LinkedRoute>;
  readonly #stop = new AbortController();
  readonly #queue: DispatchQueue | undefined;
  #stopped = false;

  constructor(routes: readonly MediatorRoute[], runtime: Runtime, queue: DispatchQueue | undefined) {
    this.#runtime = runtime;
    this.#queue = queue;
    this.#routes = new Map(routes.map(({ contract, run }) => [contract.name, { surroundings: this.#surround(contract), run }]));
  }

  get dispatch(): DispatchCounts | undefined {
    if (this.#queue === undefined) return undefined;
    const { running, waiting, dropped, failed } = this.#queue;
    return { running, waiting, dropped, failed };
  }

  get state(): 'started' | 'stopped' {
    return this.#stopped ? 'stopped' : 'started';
  }

  send<C extends AnyCommand>(command: C, message: InputOf<C>, options?: SendOptions): Promise<void> {
    return this.#send(command, message, options, undefined);
  }

  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options?: SendOptions): Promise<void> {
    return this.#publish(event, message, options, undefined);
  }

  sendAll<C extends AnyCommand>(
    command: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#sendAll('send', command, messages, options, undefined);
  }

  publishAll<C extends AnyEvent>(
    event: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#sendAll('publish', event, messages, options, undefined);
  }

  async #sendAll(
    kind: 'send' | 'publish',
    contract: Contract,
    messages: readonly unknown[],
    options: BatchOptions<never>,
    parent: MediatorContext | undefined,
  ): Promise<readonly BatchOutcome[]> {
    assertKind(kind, contract);
    assertBatch(contract, messages, options);
    this.#assertTakes(contract, undefined);
    return oneByOne(
      messages,
      options,
      () => this.#runtime.id(),
      (message, own) => (kind === 'send' ? this.#send(contract, message, own, parent) : this.#publish(contract, message, own, parent)),
    );
  }

  request<C extends AnyRequest>(request: C, message: InputOf<C>, options?: RequestOptions): Promise<ReplyOf<C>> {
    return this.#request(request, message, options, undefined) as Promise<ReplyOf<C>>;
  }

  async stop(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#queue !== undefined) await this.#queue.drain(options.signal);
    this.#stopped = true;
    this.#stop.abort(new ConfigurationError('BUS_STOPPED', 'The mediator stopped before the handler had finished. End the work.'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #send(contract: Contract, message: unknown, options: SendOptions | undefined, parent: MediatorContext | undefined): Promise<void> {
    try {
      if (contract?.kind !== 'command') assertKind('send', contract);
      this.#assertTakes(contract, options);
      const route = this.#routeOf(contract);
      const context = new MediatorContext(route.surroundings, validateNow(route.surroundings.contract, message), options, parent);
      const running = route.run(context);
      return isPromise(running) ? running : DONE;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #publish(contract: Contract, message: unknown, options: SendOptions | undefined, parent: MediatorContext | undefined): Promise<void> {
    try {
      if (contract?.kind !== 'event') assertKind('publish', contract);
      this.#assertTakes(contract, options);
      const route = this.#routes.get(contract.name);
      const valid = validateNow(route?.surroundings.contract ?? contract, message);
      if (route === undefined) return DONE;
      const context = new MediatorContext(route.surroundings, valid, options, parent);
      if (this.#queue !== undefined && parent === undefined)
        return this.#queue.add({ contract: contract.name, run: async () => route.run(context) });
      const running = route.run(context);
      return isPromise(running) ? running : DONE;
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #request(
    contract: Contract,
    message: unknown,
    options: RequestOptions | undefined,
    parent: MediatorContext | undefined,
  ): Promise<unknown> {
    try {
      if (contract?.hasReply !== true) assertRequest(contract);
      this.#assertTakes(contract, options, true);
      const bounds = options !== undefined && (options.timeout !== undefined || options.signal !== undefined);
      if (!bounds) return this.#ask(contract, message, options, parent);
      return boundedRequest(contract, options, this.#runtime, (signal) => this.#ask(contract, message, { ...options, signal }, parent));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** A request without bounds, its options checked. */
  #ask(contract: Contract, message: unknown, options: SendOptions | undefined, parent: MediatorContext | undefined): Promise<unknown> {
    try {
      const route = this.#routeOf(contract);
      const context = new MediatorContext(route.surroundings, validateNow(route.surroundings.contract, message), options, parent);
      const running = route.run(context);
      return isPromise(running) ? running.then(() => context.takeReply()) : Promise.resolve(context.takeReply());
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #routeOf(contract: Contract): LinkedRoute {
    const route = this.#routes.get(contract.name);
    if (route !== undefined) return route;
    throw new MessageError(
      'HANDLER_MISSING',
      `The mediator has no handler for the ${contract.kind} "${contract.name}". List one in \`createMediator({ handlers })\`.`,
      { details: { contract: contract.name } },
    );
  }

  #assertTakes(contract: Contract, options: SendOptions | undefined, isRequest = false): void {
    if (this.#stopped)
      throw new ConfigurationError('BUS_STOPPED', `"${contract.name}" was not sent: the mediator has stopped. Send before stopping.`);
    if (options === undefined || options === NO_OPTIONS) return;
    assertSendOptions(contract, options, isRequest);
    headersOf(options);
    if (!isRequest) options.signal?.throwIfAborted();
    const refused = options.to === undefined ? (options.delay === undefined ? undefined : 'delay') : 'to';
    if (refused === undefined) return;
    throw new MessageError(
      'CAPABILITY_NOT_SUPPORTED',
      `A mediator handles at once and in this process: \`${refused}\` of "${contract.name}" cannot be kept. Drop it, or send by a bus.`,
      { details: { contract: contract.name, option: refused } },
    );
  }

  #surround(contract: Contract): MediatorSurroundings {
    return {
      contract,
      newId: () => this.#runtime.id(),
      now: () => this.#runtime.now(),
      stopped: this.#stop.signal,
      send: (...call) => this.#send(...call),
      publish: (...call) => this.#publish(...call),
      sendAll: (...call) => this.#sendAll(...call),
      request: (...call) => this.#request(...call),
    };
  }
}
