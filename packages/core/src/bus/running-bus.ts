import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import { EndpointDeadLetters } from '../dead-letters/endpoint-dead-letters.ts';
import { ConfigurationError, EndpointError } from '../errors/bus-error.ts';
import type { AnyCommand, AnyEvent, AnyRequest, InputOf, ReplyOf } from '../messages/contract.ts';
import { LOG_EVENTS } from '../observability/log-events.ts';
import type { OutboxControl } from '../outbox/outbox-control.ts';
import { busOutbox } from './bus-outbox.ts';
import { relaySender } from './relay-sender.ts';
import type { RequestOptions, SendOptions } from '../pipeline/message-sender.ts';
import { NO_OPTIONS } from '../pipeline/message-sender.ts';
import type { PushedMessage, PushedOutcome } from '../receiving/pushed-message.ts';
import { ReceiveEndpoint } from '../receiving/receive-endpoint.ts';
import { PassiveReceiver, receivePushed } from '../receiving/receive-pushed.ts';
import type { RegisteredTransaction } from '../pipeline/register.ts';
import type { TransactionContext } from '../unit-of-work/bus-transaction.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import type { RequestClient } from '../replies/request-client.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import type { LoopWatch } from '../runtime/runtime.ts';
import { settlesInTime } from '../runtime/settles-in-time.ts';
import { unlessAborted } from '../runtime/unless-aborted.ts';
import type { TransportEntry } from '../transport/transport-message.ts';
import { endpointTopology } from './build-topology.ts';
import type { Bus, BusState, EndpointControl, ReplyCounts } from './bus.ts';
import type { BatchOptions, BatchOutcome } from '../pipeline/batch.ts';
import { BusSending } from './bus-sending.ts';
import { controlOf } from './endpoint-control.ts';
import { BrokerTurns } from './broker-turns.ts';
import { BusLifecycle } from './bus-lifecycle.ts';
import type { BusTopology } from './bus-topology.ts';
import { RunningTopology } from './bus-topology.ts';
import { checkEndpoints } from './check-endpoints.ts';
import { DEFAULT_CONCURRENCY } from './endpoint-problems.ts';
import type { BusHealth } from './health.ts';
import { HealthWatch } from './health-watch.ts';
import { signalOf } from './signal-of.ts';
import type { BusStatistics } from './statistics.ts';
import type { ConfigurationProblem, ValidateOptions } from './validate-bus.ts';
import { validateBus } from './validate-bus.ts';
import type { BusParts, LinkedEndpoint } from './bus-parts.ts';

/** After this long a stop that still waits for handlers says so; in milliseconds. */
const STOP_PATIENCE_MS = 5_000;

/** The bus itself; see {@link Bus} for its promises and {@link BusState} for its states. */
export class RunningBus implements Bus {
  readonly name: string;
  readonly #parts: BusParts;
  readonly #running = new Map<string, ReceiveEndpoint>();
  #loopWatch: LoopWatch | undefined;
  readonly #life: BusLifecycle;
  #abort = new AbortController();
  /** Aborts when handlers that still run are waited for no more. */
  #left = new AbortController();
  #requests: RequestClient;
  readonly #health: HealthWatch;
  readonly #turns: BrokerTurns;
  readonly #sending: BusSending;
  readonly topology: BusTopology;
  readonly outbox: OutboxControl;

  constructor(parts: BusParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#requests = parts.requests();
    this.#health = new HealthWatch(parts.runtime);
    this.#life = new BusLifecycle(parts.name, {
      open: (givenUp) => this.#open(givenUp),
      close: (options) => this.#close(options),
      changed: (state) => this.#health.busIs(state),
    });
    this.#turns = new BrokerTurns(this.#life);
    this.#sending = new BusSending({
      ...parts,
      requests: () => this.#requests,
      isStarted: () => this.state === 'started',
      assertStarted: (what) => this.#assertStarted(what),
    });
    const { transport, runtime, keeper } = parts;
    this.topology = new RunningTopology({ transport, runtime, keeper, turns: this.#turns, isRunning: () => this.state === 'started' });
    this.outbox = busOutbox(parts, (what) => this.#assertStarted(what));
  }

  get replies(): ReplyCounts {
    const { dropped, unsent } = this.#parts.ledger;
    return { open: this.#requests.open, dropped, unsent };
  }

  get state(): BusState {
    return this.#life.state;
  }

  statistics(): BusStatistics {
    const { statistics } = this.#parts;
    if (statistics !== undefined) return statistics.snapshot(this.replies);
    throw new ConfigurationError(
      'STATISTICS_OFF',
      `The bus "${this.name}" does not count. Create it with \`telemetry: { statistics: true }\`, or with a meter.`,
      { details: { bus: this.name } },
    );
  }

  health(): BusHealth {
    const { endpoints, storeLife } = this.#parts;
    return this.#health.check(new Map(endpoints.map(({ localName }) => [localName, this.#running.get(localName)])), storeLife?.faults);
  }

  isLive(): boolean {
    return this.state !== 'stopped';
  }

  isReady(): boolean {
    return this.#health.isReady;
  }

  async start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#life.start(signalOf('start', options));
  }

  async stop(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#life.stop(signalOf('stop', options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async validate(options: ValidateOptions = {}): Promise<readonly ConfigurationProblem[]> {
    return this.#turns.take(() => validateBus(this.#parts, options, this.state === 'started'));
  }

  send<C extends AnyCommand>(command: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#sending.send('send', command, message, options);
  }

  publish<C extends AnyEvent>(event: C, message: InputOf<C>, options: SendOptions = NO_OPTIONS): Promise<void> {
    return this.#sending.send('publish', event, message, options);
  }

  sendAll<C extends AnyCommand>(
    command: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#sending.sendAll({ kind: 'send', contract: command, messages, options });
  }

  publishAll<C extends AnyEvent>(
    event: C,
    messages: readonly InputOf<C>[],
    options: BatchOptions<InputOf<C>> = NO_OPTIONS,
  ): Promise<readonly BatchOutcome[]> {
    return this.#sending.sendAll({ kind: 'publish', contract: event, messages, options });
  }

  async request<C extends AnyRequest>(request: C, message: InputOf<C>, options: RequestOptions = {}): Promise<ReplyOf<C>> {
    return (await this.#sending.request(request, message, options)) as ReplyOf<C>;
  }

  transaction<Result>(tx: RegisteredTransaction, work: (context: TransactionContext) => Promise<Result> | Result): Promise<Result> {
    return this.#sending.transaction(tx, work);
  }

  endpoint(name: string): EndpointControl {
    this.#assertKnown(name);
    this.#assertStarted(`The endpoint "${name}" is not running`);
    return controlOf(name, this.#running.get(name) as ReceiveEndpoint);
  }

  deadLetters(endpoint: string): DeadLetters {
    const known = this.#assertKnown(endpoint);
    this.#assertStarted(`The dead letters of "${endpoint}" are not at hand`);
    const { transport, runtime, sender, serializers } = this.#parts;
    const send = async (entry: TransportEntry): Promise<void> => sender.dispatch([entry]);
    const entity = endpointTopology(known, undefined).name;
    return new EndpointDeadLetters({ endpoint, name: known.name, entity, letters: transport.deadLetters, serializers, runtime, send });
  }

  async receive(
    endpoint: string,
    messages: readonly PushedMessage[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly PushedOutcome[]> {
    const { passive } = this.#assertKnown(endpoint);
    if (passive !== true) {
      throw new EndpointError(
        'ENDPOINT_NOT_PASSIVE',
        `The endpoint "${endpoint}" receives by itself. Make it \`endpoint('${endpoint}', { passive: true, … })\` to push messages to it.`,
        { details: { endpoint } },
      );
    }
    this.#assertStarted(`The messages for "${endpoint}" were not handled`);
    const { signal } = this.#abort; // a stop that gives up draining gives these back, too
    const lost = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    return receivePushed(this.#running.get(endpoint) as ReceiveEndpoint, messages, lost);
  }

  async #open(givenUp: AbortSignal): Promise<void> {
    const { transport, keeper, runtime, endpoints, storeLife, sender, statistics: recorder } = this.#parts;
    this.#abort = new AbortController();
    this.#left = new AbortController();
    this.#requests = this.#parts.requests();
    if (this.#turns.running !== undefined) await unlessAborted(this.#turns.running, givenUp);
    givenUp.throwIfAborted();
    checkEndpoints(endpoints, transport, storeLife?.windowMs);
    await storeLife?.open(givenUp);
    await transport.open({
      runtime,
      signal: givenUp,
      onState: (state) => {
        this.#health.connectionIs(state);
        storeLife?.wake();
        const level = state.status === 'reconnecting' && state.problem !== undefined ? 'warn' : 'info';
        runtime.logger[level]({ event: LOG_EVENTS.transportState, transport: transport.name, ...state }, 'the connection changed');
      },
    });
    this.#health.opened();
    await keeper.provision();
    givenUp.throwIfAborted();
    storeLife?.begin({ send: relaySender({ sender, keeper, recorder }), isConnected: () => this.#health.isConnected });
    for (const one of endpoints) this.#running.set(one.localName, this.#makeEndpoint(one));
    this.#watchLoop();
    await Promise.all(Array.from(this.#running.values(), (running) => running.start()));
    givenUp.throwIfAborted();
    runtime.logger.info({ event: LOG_EVENTS.busStarted, bus: this.name, endpoints: endpoints.length }, 'the bus has started');
  }

  /** Two stages; each has its bound, and whatever does not answer within it is left to the broker. */
  async #close({ drain, signal }: { readonly drain: boolean; readonly signal: AbortSignal | undefined }): Promise<void> {
    const { runtime } = this.#parts;
    const drainTimeoutMs = drain ? this.#parts.drainTimeoutMs : 0;
    const until = runtime.monotonic() + drainTimeoutMs;
    const running = Array.from(this.#running.values());
    const taken = Promise.all(running.map((one) => one.stopTaking()));
    const drained = Promise.all([taken, ...running.map((one) => one.whenIdle())]);
    if (!(await this.#drains(drained, drainTimeoutMs, signal))) await this.#force(drained);
    await this.#closeAll(signal?.aborted === true ? 0 : Math.max(0, until - runtime.monotonic()));
    this.#running.clear();
    this.#health.connectionIs({ status: 'closed' });
    this.#loopWatch?.cancel();
    if (drain) runtime.logger.info({ event: LOG_EVENTS.busStopped, bus: this.name }, 'the bus has stopped');
  }

  /** Handlers have half of the slack to end once their signal has aborted. */
  async #force(drained: Promise<unknown>): Promise<void> {
    const { transport, runtime } = this.#parts;
    const inFlight = this.#inFlight();
    if (inFlight > 0)
      runtime.logger.warn(
        { event: LOG_EVENTS.busStopForced, bus: this.name, inFlight },
        'handlers did not finish in time; their signal aborts and their messages go back',
      );
    const reason = `The bus "${this.name}" stopped before the handler had finished. End the work; the message comes again.`;
    const stopped = new ConfigurationError('BUS_STOPPED', reason);
    this.#abort.abort(stopped);
    void this.#closeRequests();
    await settlesInTime(drained, { limitMs: transport.capabilities.stopSlackMs / 2, runtime });
    this.#left.abort(stopped);
  }

  /** The other half is for the transport, or for that and the store. What is committed has `leftMs` to leave before that. */
  async #closeAll(leftMs: number): Promise<void> {
    const { transport, runtime, keeper, storeLife } = this.#parts;
    const slackMs = transport.capabilities.stopSlackMs;
    const limitMs = storeLife === undefined ? slackMs / 2 : slackMs / 4;
    await storeLife?.end({ limitMs: leftMs, slackMs: slackMs / 8 });
    keeper.giveUp();
    const requestsClosed = settlesInTime(this.#closeRequests(), { limitMs: limitMs / 2, runtime });
    const closed = requestsClosed.then(() => this.#closeTransport());
    await settlesInTime(closed, { limitMs, runtime });
    await storeLife?.close(slackMs / 8);
  }

  /** False when handlers still run at the end of the drain timeout. Whoever waits for long is told why, before that. */
  async #drains(drained: Promise<unknown>, limitMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    const { runtime } = this.#parts;
    if (limitMs === 0) return settlesInTime(drained, { limitMs, runtime, signal });
    const tellAfterMs = Math.min(STOP_PATIENCE_MS, limitMs / 2);
    const telling = runtime.setTimer(tellAfterMs, () =>
      runtime.logger.warn(
        { event: LOG_EVENTS.busStopWaiting, bus: this.name, inFlight: this.#inFlight(), drainTimeoutMs: limitMs },
        'stop() waits for handlers that still run. A handler that awaits stop() waits for itself: let it return first',
      ),
    );
    const inTime = await settlesInTime(drained, { limitMs, runtime, signal });
    telling.cancel();
    return inTime;
  }

  #inFlight(): number {
    return Array.from(this.#running.values()).reduce((sum, one) => sum + one.inFlight, 0);
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

  /** What holds the loop after a handler has waited for something is seen by nobody but the clock. */
  #watchLoop(): void {
    const running = Array.from(this.#running.values());
    if (running.length === 0) return;
    const thresholdMs = Math.min(...running.map((one) => one.blockedThresholdMs));
    this.#loopWatch = this.#parts.runtime.watchLoop?.(thresholdMs, (heldMs) => {
      if (!running.some((one) => one.hasJustBlocked(heldMs))) for (const one of running) one.loopWasHeld(heldMs);
    });
    for (const one of running) one.watchBy(this.#loopWatch);
  }

  #makeEndpoint(one: LinkedEndpoint): ReceiveEndpoint {
    const { transport, runtime, sender, faults } = this.#parts;
    const topology = endpointTopology(one, undefined);
    const passive = one.passive === true;
    const own = transport.capabilitiesOf(topology);
    const capabilities = passive ? { ...own, ackWithSends: false } : own; // what is pushed is acked by the platform
    const concurrency = one.concurrency ?? DEFAULT_CONCURRENCY;
    const prefetch = one.prefetch ?? concurrency * 2;
    return new ReceiveEndpoint(
      (onDelivery, onFault) =>
        passive ? new PassiveReceiver() : transport.receive(topology, { prefetch, immutable: true, onFault }, onDelivery),
      {
        ...this.#sending.captures,
        endpoint: one.name,
        captureReply: (context, contract, message) => sender.captureReply(context, contract, message),
        aborted: this.#abort.signal,
        left: this.#left.signal,
        runtime,
        recovery: resolveRecovery(passive ? { ...one.recovery, maxCrashes: false } : one.recovery), // a platform that pushes counts by itself
        capabilities,
        onUnknown: one.onUnknown ?? (capabilities.fanOut === 'log' ? 'discard' : 'skip'),
        skippedPlace: topology.skipped,
        blockedThresholdMs: toPositiveMilliseconds(one.blockedThreshold ?? '500ms', 'blockedThreshold'),
        sendFault: (context, reason, error) => faults.send(context, reason, error),
        run: one.run,
        dispatch: (entries) => sender.dispatch(entries),
        observe: this.#parts.observe,
      },
      { topology, concurrency, prefetch },
    );
  }

  #assertKnown(name: string): LinkedEndpoint {
    const { endpoints } = this.#parts;
    const found = endpoints.find((one) => one.localName === name);
    if (found !== undefined) return found;
    const known = endpoints.map((one) => one.localName).join(', ') || 'none';
    throw new EndpointError('ENDPOINT_UNKNOWN', `The bus "${this.name}" has no endpoint "${name}". It has: ${known}.`, {
      details: { endpoint: name },
    });
  }

  #assertStarted(what: string): void {
    const { state } = this;
    if (state === 'started') return;
    const stopped = state === 'stopping' || state === 'stopped';
    const wayOut = stopped ? 'Do it before you stop the bus, or start it again.' : 'Await `bus.start()` first.';
    throw new ConfigurationError(stopped ? 'BUS_STOPPED' : 'BUS_NOT_STARTED', `${what}: the bus "${this.name}" is ${state}. ${wayOut}`, {
      details: { bus: this.name, state },
    });
  }
}
