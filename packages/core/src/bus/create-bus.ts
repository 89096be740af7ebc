import { runnableHandlers } from '../container/runnable-handlers.ts';
import { HandlerTable } from '../handling/handler-table.ts';
import { tellAll } from '../pipeline/bus-events.ts';
import { limitHandler } from '../handling/limit-handler.ts';
import { linkSteps } from '../pipeline/pipeline.ts';
import { readReply } from '../replies/read-reply.ts';
import { ReplyLedger } from '../replies/reply-ledger.ts';
import { RequestClient } from '../replies/request-client.ts';
import { RouteTable, entityName } from '../routing/route-table.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { jsonSerializer } from '../serialization/json-serializer.ts';
import { SerializerRegistry } from '../serialization/serializer-registry.ts';
import { guardTransport } from '../transport/guarded-transport.ts';
import type { Bus } from './bus.ts';
import type { BusOptions, ResolvedBusOptions } from './bus-options.ts';
import { handledCommands, resolveBusOptions } from './bus-options.ts';
import type { PipelineParts } from './default-pipeline.ts';
import { incomingSteps, outgoingSteps } from './default-pipeline.ts';
import { FaultSender } from './fault-sender.ts';
import type { BoundEndpoint } from './endpoint.ts';
import type { LinkedEndpoint } from './running-bus.ts';
import { RunningBus } from './running-bus.ts';
import { Sender } from './sender.ts';
import { telemetryOf } from './telemetry.ts';
import { TopologyKeeper } from './topology-keeper.ts';

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
export function createBus(options: BusOptions): Bus {
  const resolved = resolveBusOptions(options);
  const runtime = options.runtime ?? systemRuntime(options.logger === undefined ? {} : { logger: options.logger });
  const transport = guardTransport(options.transport, {
    publishTimeoutMs: resolved.publishTimeoutMs,
    ...(options.maxOutstandingPublishes === undefined ? {} : { maxOutstanding: options.maxOutstandingPublishes }),
    onSettleLost: (name) => telemetry.recorder?.settleLost(name),
  });
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
  const keeper = new TopologyKeeper({ transport, runtime, limitMs: resolved.publishTimeoutMs }, options, resolved.endpoints);
  const ledger = new ReplyLedger(transport, runtime);
  const sender = new Sender({
    transport: watched,
    run: linkSteps(outgoingSteps(parts, options.sendMiddleware ?? [])),
    routes: parts.routes,
    declareTopic: (topic, contract, signal) => keeper.declareTopic(topic, contract, signal),
    ledger,
  });
  const requests = (): RequestClient =>
    new RequestClient({
      transport: watched,
      runtime,
      ledger,
      prepare: (call, link) => sender.prepareRequest(call, link),
      read: (request, reply) => readReply(request, reply, parts.serializers),
      refused: (entry, outcome) => sender.refusal(entry, outcome),
    });
  const endpoints = resolved.endpoints.map((one) => linkEndpoint(one, options, parts));
  const faults = new FaultSender({ runtime, sender, serializers: parts.serializers, ledger, namespace: options.namespace });
  return new RunningBus({
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
    requests,
    observe: tellAll([...(options.observers ?? []), ...telemetry.observers], runtime.logger),
    statistics: telemetry.recorder,
  });
}

function linkEndpoint(one: BoundEndpoint, options: BusOptions, parts: PipelineParts): LinkedEndpoint {
  const { runtime } = parts;
  const timeoutMs = one.timeout === undefined ? undefined : toPositiveMilliseconds(one.timeout, 'timeout');
  const handlers = runnableHandlers(one.handlers, options.container, runtime.logger);
  const table = new HandlerTable(handlers.map((bound) => limitHandler(bound, timeoutMs, runtime)));
  const steps = incomingSteps(parts, table, [...(options.middleware ?? []), ...(one.middleware ?? [])]);
  return { ...one, name: entityName(options.namespace, one.name), localName: one.name, run: linkSteps(steps) };
}

function routesOf(options: BusOptions, resolved: ResolvedBusOptions): RouteTable {
  const handled = new Map(resolved.endpoints.map(({ name, handlers }) => [name, new Set(handlers.map(({ contract }) => contract.name))]));
  return new RouteTable({
    routes: new Map((options.routes ?? []).map(({ contract, endpoint }) => [contract.name, endpoint])),
    own: handledCommands(resolved.endpoints),
    handled,
    namespace: options.namespace,
  });
}
