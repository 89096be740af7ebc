import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import type { BoundHandler } from '../handling/handler.ts';
import type { Contract } from '../messages/contract.ts';
import type { Step } from '../pipeline/step.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import type { RouteTable } from '../routing/route-table.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { BusStore } from '../unit-of-work/bus-store.ts';
import { endpointTopology } from './build-topology.ts';
import type { Bus } from './bus.ts';
import type {
  BusDescription,
  ContractDescription,
  DescribedFacts,
  EndpointDescription,
  HandlerDescription,
  RouteDescription,
  StepDescription,
  StoreDescription,
} from './bus-description.ts';
import type { AnyBusOptions, ResolvedBusOptions } from './bus-options.ts';
import { laneWaitOf } from './check-endpoints.ts';
import { DEFAULT_CONCURRENCY } from './endpoint-problems.ts';
import type { BoundEndpoint } from './endpoint.ts';
import { drawBus } from './draw-bus.ts';
import { printBus } from './print-bus.ts';
import type { TopologyKeeper } from './topology-keeper.ts';

/** What a description is made from. */
export interface DescriptionParts {
  readonly options: AnyBusOptions;
  readonly resolved: ResolvedBusOptions;
  readonly transport: IMessageTransport;
  readonly routes: RouteTable;
  readonly keeper: TopologyKeeper;
  readonly store: BusStore | undefined;
  readonly outgoing: readonly AnyStep[];
  /** The incoming steps of each endpoint, by its name without namespace. */
  readonly incoming: ReadonlyMap<string, readonly AnyStep[]>;
}

type AnyStep = Pick<Step<never>, 'name' | 'description'>;

/** How each bus was made. */
const MADE = new WeakMap<object, DescriptionParts>();

/** Keeps how a bus was made, so that it can be described. */
export function keepDescription(bus: Bus, parts: DescriptionParts): void {
  MADE.set(bus, parts);
}

/**
 * The whole configuration of a bus as frozen data: endpoints and handlers with their ids, steps in and out in their order, routes
 * with the rule that chose them, the topology, what the transport can do, recovery policies. `.text` is for people, `.mermaid` a drawing.
 * Needs no start and no connection.
 *
 * ```ts no-check
 * console.log(describeBus(bus).text);
 * ```
 * @throws ConfigurationError `OPTION_INVALID` for what `createBus` of this copy of the package has not made
 */
export function describeBus(bus: Bus): BusDescription {
  const parts = MADE.get(bus);
  if (parts === undefined)
    throw new ConfigurationError(
      'OPTION_INVALID',
      `\`describeBus\` was given ${nameValue(bus)}, and no bus. Pass what \`createBus\` has made.`,
    );
  const facts = deepFreeze(factsOf(parts));
  return Object.freeze(
    Object.defineProperties({ ...facts }, { text: { get: () => printBus(facts) }, mermaid: { get: () => drawBus(facts) } }),
  ) as BusDescription;
}

function factsOf({ options, resolved, transport, routes, keeper, store, outgoing, incoming }: DescriptionParts): DescribedFacts {
  return {
    name: resolved.name,
    namespace: options.namespace,
    transport: transport.name,
    capabilities: transport.capabilities,
    provisioning: keeper.provisioning,
    store: store === undefined ? undefined : describeStore(store, resolved),
    publishTimeoutMs: resolved.publishTimeoutMs,
    drainTimeoutMs: resolved.drainTimeoutMs,
    endpoints: resolved.endpoints.map((one) => describeEndpoint(one, options, transport, incoming.get(one.name) ?? [])),
    outgoingSteps: outgoing.map(describeStep),
    routes: contractsOf(options, resolved.endpoints).map((contract) => describeRoute(contract, routes)),
    topology: structuredClone(keeper.plan()),
  };
}

function describeEndpoint(
  one: BoundEndpoint,
  { namespace }: AnyBusOptions,
  transport: IMessageTransport,
  steps: readonly AnyStep[],
): EndpointDescription {
  const topology = endpointTopology(one, namespace);
  const capabilities = transport.capabilitiesOf(topology);
  const { retries, redeliveryDelaysMs, jitter, rules } = resolveRecovery(one.recovery);
  const concurrency = one.concurrency ?? DEFAULT_CONCURRENCY;
  return {
    name: one.name,
    entity: topology.name,
    handlers: one.handlers.map((bound) => describeHandler(bound, one)),
    concurrency,
    prefetch: one.prefetch ?? concurrency * 2,
    ordered: laneWaitOf(one),
    passive: one.passive === true,
    onUnknown: one.onUnknown ?? (capabilities.fanOut === 'log' ? 'discard' : 'skip'),
    recovery: { retries: retries.retries, redeliveryDelaysMs: [...redeliveryDelaysMs], jitter, rules: rules.length },
    steps: steps.map(describeStep),
    capabilities,
  };
}

function describeHandler({ id, contract, target, timeoutMs }: BoundHandler, { timeout }: BoundEndpoint): HandlerDescription {
  const own = typeof target === 'function' ? 'function' : `${target.handlerClass.name || 'class'}.${String(target.method)}`;
  const limit = timeoutMs ?? (timeout === undefined ? undefined : toPositiveMilliseconds(timeout, 'timeout'));
  return { id, contract: describeContract(contract), target: own, timeoutMs: limit };
}

function describeContract({ name, kind, version, hasReply, schema }: Contract): ContractDescription {
  return { name, kind, version, hasReply, validated: schema !== undefined };
}

function describeRoute(contract: Contract, routes: RouteTable): RouteDescription {
  const { kind, name } = routes.placeOf(contract);
  return { contract: describeContract(contract), destination: { kind, name }, rule: routes.ruleFor(contract, undefined) };
}

const describeStep = ({ name, description }: AnyStep): StepDescription => ({ name, description });

/** Each contract once, by its name: what is handled, routed, sent and published. */
function contractsOf({ routes = [], sends = [], publishes = [] }: AnyBusOptions, endpoints: readonly BoundEndpoint[]): readonly Contract[] {
  const handled = endpoints.flatMap(({ handlers }) => handlers.map(({ contract }) => contract));
  const all = [...handled, ...routes.map(({ contract }) => contract), ...sends, ...publishes];
  return Array.from(new Map(all.map((contract) => [contract.name, contract])).values());
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

function describeStore({ store: { name, durable }, scope }: BusStore, { relay, inboxWindowMs }: ResolvedBusOptions): StoreDescription {
  return { name, durable, scope, relays: relay !== undefined, inboxWindowMs };
}
