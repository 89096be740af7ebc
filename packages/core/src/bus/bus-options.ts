import type { AnyCommand, AnyEvent, AnyRequest, Contract } from '../messages/contract.ts';
import type { IContainer } from '../container/container.ts';
import { registerClasses } from '../container/runnable-handlers.ts';
import { boundHandlersOf } from '../decorators/bound-handlers.ts';
import type { BoundHandler, HandlerLike, HandlerList } from '../handling/handler.ts';
import { ConfigurationError } from '../errors/bus-error.ts';
import { nameValue } from '../errors/name-value.ts';
import { isOptions } from '../errors/option-problems.ts';
import { ProblemReport } from '../errors/problem-report.ts';
import { isContract } from '../messages/assert-contract.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import type { BusObserver } from '../pipeline/bus-events.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { Middleware } from '../pipeline/step.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import { conventionalEndpoint } from '../routing/route-table.ts';
import type { Route } from '../routing/route-table.ts';
import type { Duration } from '../runtime/duration.ts';
import { toMilliseconds } from '../runtime/duration.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../observability/logger.ts';
import type { IMessageSerializer } from '../serialization/message-serializer.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { PublishOverflow } from '../transport/send-window.ts';
import { ambientWork } from './ambient-work.ts';
import { busOptionProblems, isContainer, isEndpoint, isRoute, isTransport, listOf } from './bus-option-problems.ts';
import { contractProblems, unhandledProblems } from './check-contracts.ts';
import type { BoundEndpoint, Endpoint } from './endpoint.ts';
import { endpoint } from './endpoint.ts';
import { endpointProblems, foreignOptionProblems } from './endpoint-problems.ts';
import type { RegisteredTransaction } from '../pipeline/register.ts';
import type { InboxOptions } from '../inbox/inbox-options.ts';
import { inboxWindowMs } from '../inbox/inbox-options.ts';
import type { RelayOptions, ResolvedRelayOptions } from '../outbox/relay-options.ts';
import { resolveRelayOptions } from '../outbox/relay-options.ts';
import type { IStore } from '../unit-of-work/store.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

/** What every bus may be told. */
export interface BusBaseOptions<TransportName extends string = string> {
  /** Name of the service; stands in `waybill-source`. Required where `handlers` hold an event, unless the transport is not durable. @default 'waybill' */
  readonly name?: string;
  /** The broker, as its package connects to it: `memory()`, … */
  readonly transport: IMessageTransport<TransportName>;
  /** Goes in front of every name at the broker: `staging` makes `staging.orders`. @default none */
  readonly namespace?: string;
  /** Makes the instances of handler classes, one scope for each call of a handler. @default `new Handler()` */
  readonly container?: IContainer;
  /**
   * The database that the business data is in. With it each handler runs in one transaction with its inbox key and what it sends:
   * a message is handled once per handler, and what was sent leaves after the commit, by the outbox. `context.transaction` is that
   * transaction; `bus.send` and `bus.publish` in a handler join it. A durable store needs a `name`: its rows and keys stand under it. @default none
   */
  readonly store?: IStore<RegisteredTransaction>;
  /**
   * How this process sends what stands in the outbox of the store; `false` leaves that to other processes of the service, of which at
   * least one must do it. @default every process takes its share
   */
  readonly relay?: RelayOptions | false;
  /** How long the inbox of the store remembers. @default { window: '7d' } */
  readonly inbox?: InboxOptions;
  /** Where commands and queries go, stronger than their names; made by `route`. @default by their names */
  readonly routes?: readonly Route[];
  /** Events that the bus publishes; their topics are declared at start. With `apply` unlisted ones are declared at their first publish. @default none */
  readonly publishes?: readonly AnyEvent[];
  /**
   * Commands and queries that the bus sends. Where each goes is looked up at start: with `validate` a destination that does not
   * exist refuses the start, with `apply` it is logged as `destination.missing`. Where the list is given and provisioning is not
   * `apply`, what is neither in it nor handled by this bus is refused with `CONTRACT_NOT_DECLARED`. @default nothing is looked up or refused
   */
  readonly sends?: readonly (AnyCommand | AnyRequest)[];
  /** `apply` makes what is missing, `validate` refuses to start when something is, `assume` looks at nothing. @default 'apply', and 'validate' in production on durable transports */
  readonly provisioning?: 'apply' | 'validate' | 'assume';
  /** Middleware around every handler, outermost first. @default none */
  readonly middleware?: readonly Middleware<ConsumeContext>[];
  /** Middleware around every message that leaves. @default none */
  readonly sendMiddleware?: readonly Middleware<OutgoingContext>[];
  /**
   * Finds the message being handled without its `context`: `bus.send`, `bus.publish` and `bus.request` in a handler, and in what it calls,
   * join its unit of work and carry its correlation, conversation, causation and initiator. Costs a part of the speed. Where the
   * platform cannot, it is `AMBIENT_UNAVAILABLE`. With a `store` it is always on where the platform can. @default false: by `bus` a message leaves at once and begins a conversation of its own
   */
  readonly ambient?: boolean;
  /** Told of each attempt at a message and of its settlement; for recording, never for deciding. @default none */
  readonly observers?: readonly BusObserver[];
  /** Tracer, meter, statistics, diagnostics channels. @default nothing is traced, measured or counted */
  readonly telemetry?: TelemetryOptions;
  /** The first writes; all read. @default [jsonSerializer()] */
  readonly serializers?: readonly [IMessageSerializer, ...IMessageSerializer[]];
  /** After this long without an answer a send ends with `SEND_OUTCOME_UNKNOWN`. Declaring an unlisted event before its first publish has the same limit again, and ends with `SEND_REJECTED`. @default '10s' */
  readonly publishTimeout?: Duration;
  /**
   * The most messages that may be on their way to the broker without an answer, and together at most 64 MiB of bodies. Further
   * sends wait for room, in order; what finds none within `publishTimeout` is `SEND_REJECTED`, `retryable`. @default 1,000
   */
  readonly maxOutstandingPublishes?: number;
  /**
   * What happens to sends beyond `maxOutstandingPublishes`. `'wait'` holds back whoever awaits them. A caller that does not is held back by nothing: what it
   * sends while the broker is away is kept for `publishTimeout`, however much it is; `'reject'` refuses it at once, `SEND_REJECTED`, `retryable`;
   * what `sendAll` and `publishAll` send, and what leaves when a handler has returned, waits all the same. @default 'wait'
   */
  readonly publishOverflow?: PublishOverflow;
  /** How long `stop()` waits for handlers before it aborts their signal; from then on they have half of the transport's `stopSlackMs`. @default '30s' */
  readonly drainTimeout?: Duration;
  /** Clock, timers, ids. @default systemRuntime({ logger }) */
  readonly runtime?: Runtime;
  /**
   * Where log events go: a pino logger, or anything of its shape; `silentLogger` says nothing. Not with a `runtime`, which
   * has its own. While all is well nothing above `info` is logged, so the default is quiet until something is wrong. @default consoleLogger(): warnings and errors to the console
   */
  readonly logger?: Logger;
}

/**
 * Options of `createBus`. Beside those below: `endpoints`, made by `endpoint`; or `handlers`, a list that is put into endpoints by
 * the names of the contracts; or neither, for a bus that only sends. `OptionsOf` is the transport whose options endpoints may
 * hold; none by default.
 */
export type BusOptions<TransportName extends string = string, OptionsOf extends string = never> = BusBaseOptions<TransportName> &
  (
    | { readonly endpoints: readonly Endpoint<OptionsOf>[]; readonly handlers?: never }
    | { readonly handlers: HandlerList; readonly endpoints?: never }
    | { readonly endpoints?: never; readonly handlers?: never }
  );

/** Options of any bus, with any options of endpoints: what is checked and built from. */
export type AnyBusOptions = BusOptions<string, string>;

/** Times and numbers of a bus, checked, with defaults filled in. */
export interface ResolvedBusOptions {
  readonly name: string;
  readonly publishTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** `undefined` where this process does not relay. */
  readonly relay: ResolvedRelayOptions | undefined;
  readonly inboxWindowMs: number;
  readonly endpoints: readonly BoundEndpoint[];
}

/**
 * Checks everything and reports all problems at once.
 * @throws ConfigurationError `CONFIGURATION_INVALID` with `details.problems` and `details.codes`
 */
export function resolveBusOptions(options: AnyBusOptions): ResolvedBusOptions {
  const report = new ProblemReport();
  report.add(busOptionProblems(options));
  if (!isOptions(options)) report.assertNone('The bus');
  if (options.name !== undefined) report.collect(() => assertEndpointName(options.name as string, 'bus'));
  if (options.namespace !== undefined) report.collect(() => assertEndpointName(options.namespace as string, 'namespace'));
  const bind = (handlers: HandlerList, place: string): readonly BoundHandler[] =>
    listOf<HandlerLike>(handlers).flatMap((one) => report.collect(() => boundHandlersOf(one, place)) ?? []);
  const endpoints = report.collect(() => endpointsOf(options, bind)) ?? [];
  if (isContainer(options.container)) {
    const handlers = endpoints.flatMap((one) => one.handlers);
    report.collect(() => registerClasses(handlers, options.container));
  }
  const uses = {
    routes: listOf<Route>(options.routes).filter(isRoute),
    publishes: listOf<Contract>(options.publishes).filter(isContract),
    sends: listOf<Contract>(options.sends).filter(isContract),
    endpoints,
  };
  report.add([...endpointProblems(endpoints, uses.routes), ...contractProblems(uses), ...unhandledProblems(uses)]);
  if (isTransport(options.transport)) report.add(foreignOptionProblems(endpoints, options.transport.name));
  report.collect(() => ambientWork(options));
  const numbers = numbersOf(options, report);
  report.assertNone('The bus');
  return { name: options.name ?? 'waybill', ...numbers, endpoints };
}

function numbersOf(options: AnyBusOptions, report: ProblemReport): Omit<ResolvedBusOptions, 'name' | 'endpoints'> {
  const { publishTimeout = '10s', drainTimeout = '30s', relay = {}, inbox = {} } = options;
  return {
    publishTimeoutMs: report.collect(() => toMilliseconds(publishTimeout, 'publishTimeout')) ?? 0,
    drainTimeoutMs: report.collect(() => toMilliseconds(drainTimeout, 'drainTimeout')) ?? 0,
    relay: relay === false ? undefined : report.collect(() => resolveRelayOptions(relay)),
    inboxWindowMs: report.collect(() => inboxWindowMs(inbox)) ?? 0,
  };
}

type Bind = (handlers: HandlerList, place: string) => readonly BoundHandler[];

/** The endpoints as given, or made from `handlers`: commands and queries by their name, each event in one of its own. */
function endpointsOf(options: AnyBusOptions, bind: Bind): readonly BoundEndpoint[] {
  if (options.handlers === undefined) {
    return listOf<Endpoint<string>>(options.endpoints)
      .filter(isEndpoint)
      .map((one) => ({ ...one, handlers: bind(one.handlers, `the endpoint ${nameValue(one.name)}`) }));
  }
  const byName = new Map<string, readonly BoundHandler[]>();
  for (const bound of bind(options.handlers, '`createBus`')) {
    const name = bound.contract.kind === 'event' ? `${eventOwner(options)}.${bound.contract.name}` : conventionalEndpoint(bound.contract);
    byName.set(name, [...(byName.get(name) ?? []), bound]);
  }
  return Array.from(byName, ([name, handlers]) => ({ ...endpoint(name, { handlers }), handlers }));
}

function eventOwner(options: AnyBusOptions): string {
  if (options.name !== undefined) return options.name;
  if (!isTransport(options.transport) || !options.transport.capabilities.durable) return 'waybill';
  throw new ConfigurationError(
    'OPTION_INVALID',
    'The bus has event handlers but no `name`. Name it after the service, so that no two services share a queue.',
  );
}

/** Every contract that the endpoints handle, with the endpoint; for routes. */
export function handledCommands(endpoints: readonly BoundEndpoint[]): ReadonlyMap<string, string> {
  const handled = new Map<string, string>();
  for (const { name, handlers } of endpoints) {
    for (const { contract } of handlers) if (contract.kind !== 'event') handled.set(contract.name, name);
  }
  return handled;
}
