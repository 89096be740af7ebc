import { runnableHandlers } from '../container/runnable-handlers.ts';
import { HandlerTable } from '../handling/handler-table.ts';
import { tellAll } from '../pipeline/bus-events.ts';
import { limitHandler } from '../handling/limit-handler.ts';
import { linkSteps } from '../pipeline/pipeline.ts';
import { readReply } from '../replies/read-reply.ts';
import { ReplyLedger } from '../replies/reply-ledger.ts';
import type { RequestClientParts } from '../replies/request-client.ts';
import { RequestClient } from '../replies/request-client.ts';
import { entityName } from '../routing/route-table.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { jsonSerializer } from '../serialization/json-serializer.ts';
import { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { GuardOptions } from '../transport/guarded-transport.ts';
import { guardTransport } from '../transport/guarded-transport.ts';
import type { BusStore } from '../unit-of-work/bus-store.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { Bus } from './bus.ts';
import type { AnyBusOptions, BusOptions, ResolvedBusOptions } from './bus-options.ts';
import { resolveBusOptions } from './bus-options.ts';
import { ambientWork, withAttempt } from './ambient-work.ts';
import type { Ambient } from '../runtime/ambient.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { destinationsOf, routesOf } from './bus-routes.ts';
import type { PipelineParts, UserMiddleware } from './default-pipeline.ts';
import { incomingSteps, outgoingSteps } from './default-pipeline.ts';
import { FaultSender } from './fault-sender.ts';
import type { BoundEndpoint } from './endpoint.ts';
import { keepDescription } from './describe-bus.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import type { AmbientWork } from '../pipeline/message-capture.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { Step } from '../pipeline/step.ts';
import type { LinkedEndpoint } from './bus-parts.ts';
import { RunningBus } from './running-bus.ts';
import { Sender } from './sender.ts';
import { telemetryOf } from './telemetry.ts';
import type { StoreLifeParts } from './store-life.ts';
import { StoreLife } from './store-life.ts';
import type { Provisioning } from './topology-keeper.ts';
import { TopologyKeeper, defaultProvisioning } from './topology-keeper.ts';

/**
 * Builds a bus. Checks all options and reports every mistake at once; opens nothing.
 *
 * ```ts no-check
 * await using bus = createBus({ name: 'ordering', transport: memory(), endpoints: [endpoint('orders', { handlers: [submitOrder] })] });
 * await bus.start();
 * await bus.send(SubmitOrder, { orderId: '1' });
 * ```
 * @throws ConfigurationError `CONFIGURATION_INVALID`
 */
export function createBus<TransportName extends string>(options: BusOptions<TransportName, NoInfer<TransportName>>): Bus {
  const checked = resolveBusOptions(options);
  const runtime = options.runtime ?? systemRuntime(options.logger === undefined ? {} : { logger: options.logger });
  const resolved = { ...checked, endpoints: checked.endpoints.map((one) => withInstance(one, runtime)) };
  const onSettleLost = (endpoint: string): void => telemetry.recorder?.settleLost(endpoint);
  const transport = guardTransport(options.transport, { ...guardOptionsOf(options, resolved), onSettleLost });
  const telemetry = telemetryOf(options.telemetry ?? {}, {
    runtime,
    bus: resolved.name,
    system: transport.name,
    endpoints: resolved.endpoints.map((one) => entityName(options.namespace, one.name)),
  });
  const watched = telemetry.watch(transport);
  const parts: PipelineParts = {
    runtime,
    source: resolved.name,
    serializers: new SerializerRegistry(options.serializers ?? [jsonSerializer()]),
    routes: routesOf(options, resolved),
    transport: transport.name,
    capabilities: transport.capabilities,
    spans: telemetry.spans,
  };
  const keeper = topologyKeeper(transport, options, resolved, parts);
  const ledger = new ReplyLedger(transport, runtime);
  const outgoing = outgoingSteps(parts, sendMiddlewareOf(options, resolved));
  const sender = new Sender({
    transport: watched,
    run: linkSteps(outgoing),
    routes: parts.routes,
    declareTopic: (topic, contract, signal) => keeper.declareTopic(topic, contract, signal),
    assertTopic: (topic, contract) => keeper.assertTopic(topic, contract),
    ledger,
  });
  const store = busStoreOf(options, resolved, { spans: telemetry.spans, wakeRelay: () => storeLife?.wake() });
  const storeLife = storeLifeOf(store, resolved, { runtime, recorder: telemetry.recorder, provisioning: options.provisioning });
  const ambient = ambientWork(options);
  const endpoints = resolved.endpoints.map((one) => linkEndpoint(one, options, parts, { store, ambient, ledger }));
  const faults = new FaultSender({ runtime, sender, serializers: parts.serializers, ledger, namespace: options.namespace });
  const bus = new RunningBus({
    name: resolved.name,
    drainTimeoutMs: resolved.drainTimeoutMs,
    runtime,
    transport,
    sender,
    faults,
    keeper,
    endpoints,
    serializers: parts.serializers,
    ledger,
    requests: () => requestClient({ transport: watched, runtime, ledger }, sender, parts.serializers),
    observe: tellAll([...(options.observers ?? []), ...telemetry.observers], runtime.logger),
    statistics: telemetry.recorder,
    ambient,
    store,
    storeLife,
  });
  const incoming = new Map(endpoints.map(({ localName, steps }) => [localName, steps]));
  keepDescription(bus, { options, resolved, transport, routes: parts.routes, keeper, store, outgoing, incoming });
  return bus;
}

/** How much may be under way and for how long, and what happens to the rest. */
function guardOptionsOf(
  { maxOutstandingPublishes, publishOverflow }: AnyBusOptions,
  { publishTimeoutMs }: ResolvedBusOptions,
): Omit<GuardOptions, 'onSettleLost'> {
  return { publishTimeoutMs, maxOutstanding: maxOutstandingPublishes, overflow: publishOverflow };
}

/** The store, with what is this bus' own in it. */
function busStoreOf(
  options: AnyBusOptions,
  { name }: ResolvedBusOptions,
  { spans, wakeRelay }: Pick<BusStore, 'spans' | 'wakeRelay'>,
): BusStore | undefined {
  const { store, namespace } = options;
  return store === undefined ? undefined : { store, scope: entityName(namespace, name), wakeRelay, spans };
}

/** What lives in the store beside the units of work. */
function storeLifeOf(
  busStore: BusStore | undefined,
  { relay, inboxWindowMs: windowMs }: ResolvedBusOptions,
  parts: Pick<StoreLifeParts, 'runtime' | 'recorder'> & { readonly provisioning: Provisioning | undefined },
): StoreLife | undefined {
  if (busStore === undefined) return undefined;
  const { store, scope } = busStore;
  return new StoreLife({ ...parts, store, scope, relay, windowMs, provisioning: parts.provisioning ?? defaultProvisioning(store) });
}

function topologyKeeper(
  transport: IMessageTransport,
  options: AnyBusOptions,
  { publishTimeoutMs: limitMs, endpoints }: ResolvedBusOptions,
  { runtime, routes }: PipelineParts,
): TopologyKeeper {
  const destinations = destinationsOf(options, routes, endpoints);
  return new TopologyKeeper({ transport, runtime, limitMs, destinations }, options, endpoints);
}

/** What asks, from one start of the bus to its stop. */
function requestClient(
  parts: Pick<RequestClientParts, 'transport' | 'runtime' | 'ledger'>,
  sender: Sender,
  serializers: SerializerRegistry,
): RequestClient {
  return new RequestClient({
    ...parts,
    prepare: (call, link) => sender.prepareRequest(call, link),
    read: (request, reply) => readReply(request, reply, serializers),
    refused: (entry, outcome) => sender.refusal(entry, outcome),
  });
}

/** What an endpoint shares with the others, beside the parts of the steps. */
interface Surroundings {
  readonly store: BusStore | undefined;
  readonly ambient: Ambient<AmbientWork> | undefined;
  readonly ledger: ReplyLedger;
}

function linkEndpoint(
  one: BoundEndpoint,
  options: AnyBusOptions,
  parts: PipelineParts,
  { store, ambient, ledger }: Surroundings,
): LinkedEndpoint & DescribedSteps {
  const { runtime } = parts;
  const timeoutMs = one.timeout === undefined ? undefined : toPositiveMilliseconds(one.timeout, 'timeout');
  const handlers = runnableHandlers(one.handlers, options.container, runtime.logger);
  const table = new HandlerTable(handlers.map((bound) => limitHandler(bound, timeoutMs, runtime)));
  const name = entityName(options.namespace, one.name);
  const own = [{ name, middleware: one.middleware ?? [] }];
  const inbox = one.instance === undefined ? one.name : `${one.name}.${one.instance}`; // each instance of a temporary one handles its own copy
  const replyAddress = (context: IncomingContext): string | undefined => ledger.addressFor(context);
  const units = store === undefined ? undefined : { store, runtime, ambient, endpoint: inbox, replyAddress };
  const steps = incomingSteps(parts, table, { bus: options.middleware ?? [], endpoints: own }, units);
  return {
    ...one,
    name,
    localName: one.name,
    steps,
    run: ambient === undefined ? linkSteps(steps) : withAttempt(linkSteps(steps), ambient),
  };
}

/** The random end of an id tells the buses of one service apart. */
function withInstance(one: BoundEndpoint, runtime: Runtime): BoundEndpoint {
  return one.temporary === true ? { ...one, instance: runtime.id().slice(-INSTANCE_DIGITS) } : one;
}

const INSTANCE_DIGITS = 12;

/** The steps of an endpoint, for people. */
interface DescribedSteps {
  readonly steps: readonly Step<IncomingContext>[];
}

function sendMiddlewareOf(options: AnyBusOptions, { endpoints }: ResolvedBusOptions): UserMiddleware<OutgoingContext> {
  return {
    bus: options.sendMiddleware ?? [],
    endpoints: endpoints.map(({ name, sendMiddleware = [] }) => ({
      name: entityName(options.namespace, name),
      middleware: sendMiddleware,
    })),
  };
}
