import { ConfigurationError, EndpointError } from '../errors/bus-error.ts';
import type { AnyCommand, AnyEvent, AnyRequest, Contract, InputOf, ReplyOf } from '../messages/contract.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { BusObserver } from '../pipeline/bus-events.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { RequestOptions, SendOptions } from '../pipeline/message-sender.ts';
import { NO_OPTIONS } from '../pipeline/message-sender.ts';
import { ReceiveEndpoint } from '../receiving/receive-endpoint.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import type { ReplyLedger } from '../replies/reply-ledger.ts';
import type { RequestClient } from '../replies/request-client.ts';
import type { MaybePromise } from '../runtime/maybe-promise.ts';
import { isPromise } from '../runtime/maybe-promise.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import type { GuardedTransport } from '../transport/guarded-transport.ts';
import { endpointTopology } from './build-topology.ts';
import type { Bus, BusState, EndpointControl, ReplyCounts } from './bus.ts';
import { checkEndpoints } from './check-endpoints.ts';
import { DEFAULT_CONCURRENCY, isPositiveInteger } from './bus-options.ts';
import type { Endpoint } from './endpoint.ts';
import type { Sender } from './sender.ts';
import { assertRequest } from './sender.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** An endpoint with its steps linked. `name` is the broker's side of it, namespace included. */
export interface LinkedEndpoint extends Endpoint {
  readonly localName: string;
  readonly run: (context: IncomingContext) => MaybePromise<void>;
}

/** What a bus is made of. */
export interface BusParts {
  readonly name: string;
  readonly drainTimeoutMs: number;
  readonly runtime: Runtime;
  readonly transport: GuardedTransport;
  readonly sender: Sender;
  readonly keeper: TopologyKeeper;
  /** Tells the observers, where there are some. */
  readonly observe: BusObserver | undefined;
  readonly endpoints: readonly LinkedEndpoint[];
  readonly ledger: ReplyLedger;
  /** Makes what asks, anew at each start. */
  readonly requests: () => RequestClient;
}

/** The bus itself; see {@link Bus} for its promises and {@link BusState} for its states. */
export class RunningBus implements Bus {
  readonly name: string;
  readonly #parts: BusParts;
  readonly #running = new Map<string, ReceiveEndpoint>();
  #state: BusState = 'idle';
  #starting: Promise<void> | undefined;
  #startAbort = new AbortController();
  #stopping: Promise<void> | undefined;
  #abort = new AbortController();
  #requests: RequestClient;

  constructor(parts: BusParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#requests = parts.requests();
  }

  get replies(): ReplyCounts {
    const { dropped, unsent } = this.#parts.ledger;
    return { open: this.#requests.open, dropped, unsent };
  }

  get state(): BusState {
    return this.#state;
  }

  async start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#stopping !== undefined) await this.#stopping;
    if (this.#state === 'started') return;
    this.#starting ??= this.#start(options.signal).finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  async stop(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#starting !== undefined) {
      this.#startAbort.abort(new ConfigurationError('BUS_STOPPED', `\`stop()\` was called on the bus "${this.name}" while it started.`));
      await this.#starting.catch(() => undefined);
    }
    if (this.#state === 'started') {
      this.#stopping ??= this.#stop(options.signal).finally(() => {
        this.#stopping = undefined;
      });
    }
    await this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  send<C extends AnyCommand>(command: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#send('send', command, message, options);
  }

  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#send('publish', event, message, options);
  }

  /** Not async: where everything answers at once, it costs one promise. */
  #send(kind: 'send' | 'publish', contract: Contract, message: unknown, options: SendOptions): Promise<void> {
    try {
      this.#assertStarted(contract);
      const sending = this.#parts.sender.send(kind, contract, message, options);
      return isPromise(sending) ? sending : Promise.resolve();
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async request<C extends AnyRequest>(request: C, message: InputOf<C>, options: RequestOptions = {}): Promise<ReplyOf<C>> {
    this.#assertStarted(request);
    return (await this.#request(undefined, request, message, options)) as ReplyOf<C>;
  }

  #request(parent: IncomingContext | undefined, contract: Contract, message: unknown, options: RequestOptions): Promise<unknown> {
    assertRequest(contract);
    return this.#requests.request({ contract, message, options, parent });
  }

  endpoint(name: string): EndpointControl {
    const running = this.#running.get(name);
    if (running === undefined) {
      const known = this.#parts.endpoints.map((one) => one.localName);
      if (known.includes(name))
        throw new ConfigurationError('BUS_NOT_STARTED', `The endpoint "${name}" is not running. Await \`bus.start()\` first.`);
      throw new EndpointError(
        'ENDPOINT_UNKNOWN',
        `The bus "${this.name}" has no endpoint "${name}". It has: ${known.join(', ') || 'none'}.`,
        { details: { endpoint: name } },
      );
    }
    return controlOf(name, running);
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    this.#state = 'starting';
    this.#abort = new AbortController();
    this.#startAbort = new AbortController();
    this.#requests = this.#parts.requests();
    const givenUp = signal === undefined ? this.#startAbort.signal : AbortSignal.any([signal, this.#startAbort.signal]);
    try {
      await unlessAborted(this.#openEverything(givenUp), givenUp, this.name);
      this.#state = 'started';
    } catch (error) {
      await this.#shutDown(0, undefined);
      this.#state = 'stopped';
      throw error;
    }
    const { runtime, endpoints } = this.#parts;
    runtime.logger.info({ event: LOG_EVENTS.busStarted, bus: this.name, endpoints: endpoints.length }, 'the bus has started');
  }

  async #openEverything(givenUp: AbortSignal): Promise<void> {
    const { transport, keeper, runtime, endpoints } = this.#parts;
    assertNotAborted(givenUp, this.name);
    checkEndpoints(endpoints, transport);
    await transport.open({
      runtime,
      signal: givenUp,
      onState: (state) =>
        runtime.logger.info({ event: LOG_EVENTS.transportState, transport: transport.name, ...state }, 'the connection changed'),
    });
    await keeper.provision();
    assertNotAborted(givenUp, this.name);
    for (const one of endpoints) this.#running.set(one.localName, this.#makeEndpoint(one));
    await Promise.all(Array.from(this.#running.values(), (running) => running.start()));
    assertNotAborted(givenUp, this.name);
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    this.#state = 'stopping';
    await this.#shutDown(this.#parts.drainTimeoutMs, signal);
    this.#state = 'stopped';
    this.#parts.runtime.logger.info({ event: LOG_EVENTS.busStopped, bus: this.name }, 'the bus has stopped');
  }

  /** Two stages; each has its bound, and whatever does not answer within it is left to the broker. */
  async #shutDown(drainTimeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { transport, runtime, keeper } = this.#parts;
    const running = Array.from(this.#running.values());
    const slackMs = transport.capabilities.stopSlackMs;
    const taken = Promise.all(running.map((one) => one.stopTaking()));
    const drained = Promise.all([taken, ...running.map((one) => one.whenIdle())]);
    if (!(await settlesInTime(drained, { limitMs: drainTimeoutMs, runtime, signal }))) {
      const inFlight = running.reduce((sum, one) => sum + one.inFlight, 0);
      runtime.logger.warn(
        { event: LOG_EVENTS.busStopForced, bus: this.name, inFlight },
        'handlers did not finish in time; their signal aborts and their messages go back',
      );
      this.#abort.abort(
        new ConfigurationError(
          'BUS_STOPPED',
          `The bus "${this.name}" stopped before the handler had finished. End the work; the message comes again.`,
        ),
      );
      void this.#closeRequests();
      await settlesInTime(drained, { limitMs: slackMs / 2, runtime });
    }
    keeper.giveUp();
    await settlesInTime(
      this.#closeRequests().then(() => this.#closeTransport()),
      { limitMs: slackMs / 2, runtime },
    );
    this.#running.clear();
  }

  /** What waits for a reply ends at once; handlers may wait until they are drained. */
  async #closeRequests(): Promise<void> {
    const reason = `The bus "${this.name}" stopped before the reply had come. The request may have been handled; ask again where that is safe.`;
    try {
      await this.#requests.close(new ConfigurationError('BUS_STOPPED', reason, { details: { bus: this.name } }));
    } catch (error) {
      const { runtime, transport } = this.#parts;
      runtime.logger.warn(
        { event: LOG_EVENTS.transportCloseFailed, transport: transport.name, error },
        'the place for replies was not given back cleanly',
      );
    }
  }

  async #closeTransport(): Promise<void> {
    const { transport, runtime } = this.#parts;
    try {
      await transport.close();
    } catch (error) {
      runtime.logger.warn(
        { event: LOG_EVENTS.transportCloseFailed, transport: transport.name, error },
        'the transport did not close cleanly',
      );
    }
  }

  #makeEndpoint(one: LinkedEndpoint): ReceiveEndpoint {
    const { transport, runtime, sender } = this.#parts;
    const topology = endpointTopology(one, undefined);
    const capabilities = transport.capabilitiesOf(topology);
    const concurrency = one.concurrency ?? DEFAULT_CONCURRENCY;
    return new ReceiveEndpoint(
      transport,
      {
        endpoint: one.name,
        captureReply: (context, contract, message) => sender.captureReply(context, contract, message),
        request: async (context, contract, message, options) => this.#request(context, contract, message, options),
        capture: (context, kind, contract, message, options) => sender.capture(context, kind, contract, message, options),
        aborted: this.#abort.signal,
        runtime,
        recovery: resolveRecovery(one.recovery),
        capabilities,
        onUnknown: one.onUnknown ?? (capabilities.fanOut === 'log' ? 'discard' : 'skip'),
        skippedPlace: topology.skipped,
        run: one.run,
        dispatch: (entries) => sender.dispatch(entries),
        observe: this.#parts.observe,
      },
      { topology, concurrency, prefetch: one.prefetch ?? concurrency * 2 },
    );
  }

  #assertStarted(contract: Contract): void {
    if (this.#state === 'started') return;
    const stopped = this.#state === 'stopping' || this.#state === 'stopped';
    throw new ConfigurationError(
      stopped ? 'BUS_STOPPED' : 'BUS_NOT_STARTED',
      `"${contract?.name}" was not sent: the bus "${this.name}" is ${this.#state}. ${stopped ? 'Send before stopping, or start it again.' : 'Await `bus.start()` first.'}`,
      { details: { bus: this.name, state: this.#state } },
    );
  }
}

function controlOf(name: string, running: ReceiveEndpoint): EndpointControl {
  return {
    name,
    get paused() {
      return running.paused;
    },
    get inFlight() {
      return running.inFlight;
    },
    get concurrency() {
      return running.concurrency;
    },
    pause: () => running.pause(),
    resume: () => running.resume(),
    setConcurrency: (concurrency) => {
      if (!isPositiveInteger(concurrency))
        throw new ConfigurationError('OPTION_INVALID', `The concurrency ${String(concurrency)} is not allowed. Use a whole number from 1.`);
      running.setConcurrency(concurrency);
    },
  };
}

function assertNotAborted(signal: AbortSignal, bus: string): void {
  if (signal.aborted) throw startAborted(signal, bus);
}

function startAborted(signal: AbortSignal, bus: string): ConfigurationError {
  return new ConfigurationError('START_ABORTED', `The start of the bus "${bus}" was given up: see \`cause\`. Start again.`, {
    cause: signal.reason,
  });
}

/** Settles as `work` does, or rejects as soon as `signal` aborts, whatever `work` does. */
function unlessAborted(work: Promise<void>, signal: AbortSignal, bus: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => finish(() => reject(startAborted(signal, bus)));
    const finish = (settle: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(
      () => finish(resolve),
      (error: unknown) => finish(() => reject(error)),
    );
  });
}
