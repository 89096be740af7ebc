import type { IContainer } from '../container/container.ts';
import { nameValue } from '../errors/name-value.ts';
import { isOptions, optionProblems } from '../errors/option-problems.ts';
import { isContract } from '../messages/assert-contract.ts';
import { assertEndpointName } from '../messages/message-name.ts';
import type { Route } from '../routing/route-table.ts';
import type { IMessageTransport } from '../transport/message-transport.ts';
import type { IStore } from '../unit-of-work/store.ts';
import { BUS_OPTIONS } from './bus-option-names.ts';
import type { AnyBusOptions } from './bus-options.ts';
import type { Endpoint } from './endpoint.ts';
import type { TelemetryOptions } from './telemetry-options.ts';

const PROVISIONING: readonly unknown[] = ['apply', 'validate', 'assume'];
const OVERFLOW: readonly unknown[] = ['wait', 'reject'];

/** What is wrong with the names and the shapes of the options of a bus. What stands inside of an endpoint is judged elsewhere. */
export function busOptionProblems(options: AnyBusOptions): readonly string[] {
  const unknown = optionProblems('`createBus`', options, BUS_OPTIONS);
  if (!isOptions(options)) return unknown;
  return [
    ...unknown,
    ...transportProblems(options.transport),
    ...receivingProblems(options),
    ...listProblems('`routes`', options.routes, isRoute, 'Make each with `route(Contract, endpoint)`.'),
    ...listProblems('`publishes`', options.publishes, isContract, 'List events that `defineEvent` has made.'),
    ...listProblems('`sends`', options.sends, isContract, 'List commands and queries that `defineCommand` and `defineQuery` have made.'),
    ...listProblems('`middleware`', options.middleware, isFunction, MIDDLEWARE),
    ...listProblems('`sendMiddleware`', options.sendMiddleware, isFunction, MIDDLEWARE),
    ...listProblems('`observers`', options.observers, isFunction, 'List functions: `(event) => …`.'),
    ...telemetryProblems(options.telemetry),
    ...listProblems('`serializers`', options.serializers, isSerializer, 'List at least one, for example `jsonSerializer()`.', 1),
    ...partProblems(
      '`container`',
      options.container,
      ['register', 'createScope'],
      'Pass an adapter of a container, called with your container.',
    ),
    ...storeProblems(options),
    ...partProblems('`logger`', options.logger, LOGGER, 'Pass a pino logger, `consoleLogger()` or `silentLogger`.'),
    ...partProblems('`runtime`', options.runtime, ['now', 'setTimer', 'spawn'], 'Pass `systemRuntime()` or one of your own.'),
    ...choiceProblems('`provisioning`', options.provisioning, PROVISIONING),
    ...choiceProblems('`ambient`', options.ambient, [true, false]),
    ...outstandingProblems(options.maxOutstandingPublishes),
    ...choiceProblems('`publishOverflow`', options.publishOverflow, OVERFLOW),
    ...loggerProblems(options),
  ];
}

/** True for what has the parts of a store. */
export function isStore(value: unknown): value is IStore {
  return hasMethods(value, STORE) && hasMethods((value as IStore).outbox, ['add']) && hasMethods((value as IStore).inbox, ['claim']);
}

function storeProblems({ store, name, ambient, relay, inbox }: AnyBusOptions): readonly string[] {
  if (store === undefined) {
    const useless = Object.entries({ relay, inbox }).filter(([, value]) => value !== undefined);
    return useless.map(([option]) => `\`${option}\` is given, and no \`store\`. Pass the store, or drop it.`);
  }
  if (!isStore(store))
    return [
      `\`store\` is ${nameValue(store)} without ${STORE.map((method) => `\`${method}\``).join(', ')}, \`outbox\` and \`inbox\`. Pass what the package of your database makes.`,
    ];
  return [
    ...(store.durable && name === undefined
      ? [
          `The bus has the store "${store.name}" but no \`name\`. Name it after the service: what it keeps in the store stands under that name.`,
        ]
      : []),
    ...(ambient === false ? ['`ambient` is false, and with a `store` it is always on. Drop it.'] : []),
  ];
}

function loggerProblems({ logger, runtime }: AnyBusOptions): readonly string[] {
  if (logger === undefined || runtime === undefined) return [];
  return ['`logger` and `runtime` are both given, and a runtime has a logger of its own. Give the logger to the runtime.'];
}

function outstandingProblems(value: unknown = 1): readonly string[] {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return [];
  return [`\`maxOutstandingPublishes\` is ${nameValue(value)}. Use a whole number from 1.`];
}

const MIDDLEWARE = 'List functions: `(context, next) => …`.';
const STORE: readonly string[] = ['open', 'close', 'transact', 'inTransaction', 'facet'];
const LOGGER: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** The list that an option holds, or an empty one where it is absent or no list. */
export function listOf<Item>(value: readonly Item[] | undefined): readonly Item[] {
  return Array.isArray(value) ? value : [];
}

export function isTransport(value: unknown): value is IMessageTransport {
  return hasMethods(value, ['open', 'send', 'receive']) && isOptions((value as IMessageTransport).capabilities);
}

export function isEndpoint(value: unknown): value is Endpoint<string> {
  return isOptions(value) && 'name' in value;
}

export function isContainer(value: unknown): value is IContainer | undefined {
  return value === undefined || hasMethods(value, ['register', 'createScope']);
}

/** The problem of an option that must be one of a few values, where it is none of them. */
export function choiceProblems(option: string, value: unknown, choices: readonly unknown[]): readonly string[] {
  if (value === undefined || choices.includes(value)) return [];
  return [`${option} is ${nameValue(value)}. Use one of ${choices.map((choice) => nameValue(choice)).join(', ')}.`];
}

/** The problems of an option that must be a list of one kind of thing. Absent is allowed where `least` is 0. */
export function listProblems(
  option: string,
  value: unknown,
  fits: (item: unknown) => boolean,
  wayOut: string,
  least: number = 0,
): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [`${option} is ${nameValue(value)}, and no list. ${wayOut}`];
  if (value.length < least) return [`${option} is an empty list. ${wayOut}`];
  const strange = (value as readonly unknown[]).filter((item) => !fits(item));
  return strange.map((item) => `${option} holds ${nameItem(item)}. ${wayOut}`);
}

/** The problem of an endpoint's or a bus' `handlers` where they are no list; what they hold is judged where they are bound. */
export function handlersProblems(option: string, value: unknown, isRequired: boolean): readonly string[] {
  if (value === undefined && isRequired) return [`${option} is missing. ${HANDLERS}`];
  return listProblems(option, value, () => true, HANDLERS);
}

const HANDLERS = 'Pass a list: `handlers: [handler(X, fn)]`; it may be empty.';

/** The message of the error that a check throws; none where it throws none. */
export function problemOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

export function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function transportProblems(transport: unknown): readonly string[] {
  if (isTransport(transport)) return [];
  if (transport === undefined) return ['`transport` is missing. Pass one, for example `memory()`.'];
  const hint = typeof transport === 'function' ? 'Call it' : 'Pass one';
  return [`\`transport\` is ${nameValue(transport)}, and no transport. ${hint}, for example \`memory()\`.`];
}

function receivingProblems({ endpoints, handlers }: AnyBusOptions): readonly string[] {
  const both = endpoints !== undefined && handlers !== undefined;
  return [
    ...(both ? ['Both `endpoints` and `handlers` are given. Put the handlers into endpoints, or drop `endpoints`.'] : []),
    ...listProblems('`endpoints`', endpoints, isEndpoint, 'Make each with `endpoint(name, { handlers })`.'),
    ...handlersProblems('`handlers`', handlers, false),
    ...listOf<Endpoint<string>>(endpoints as readonly Endpoint<string>[] | undefined)
      .filter(isEndpoint)
      .flatMap((one) => [
        ...problemOf(() => assertEndpointName(one.name)),
        ...handlersProblems(`\`handlers\` of the endpoint ${nameValue(one.name)}`, one.handlers, true),
      ]),
  ];
}

function partProblems(option: string, value: unknown, methods: readonly string[], wayOut: string): readonly string[] {
  if (value === undefined || hasMethods(value, methods)) return [];
  return [`${option} is ${nameValue(value)} without ${methods.map((name) => `\`${name}\``).join(', ')}. ${wayOut}`];
}

const TELEMETRY: readonly string[] = Object.keys({
  tracer: true,
  meter: true,
  statistics: true,
  diagnostics: true,
} satisfies Record<keyof TelemetryOptions, true>);

function telemetryProblems(telemetry: TelemetryOptions | undefined): readonly string[] {
  if (telemetry === undefined) return [];
  const unknown = optionProblems('`telemetry`', telemetry, TELEMETRY);
  if (!isOptions(telemetry)) return unknown;
  const { tracer, meter, statistics, diagnostics } = telemetry as TelemetryOptions;
  return [
    ...unknown,
    ...partProblems('`telemetry.tracer`', tracer, ['startSpan'], 'Pass an adapter of a tracer.'),
    ...partProblems('`telemetry.meter`', meter, ['createCounter', 'createUpDownCounter', 'createHistogram'], "Pass OpenTelemetry's meter."),
    ...choiceProblems('`telemetry.statistics`', statistics, [true, false]),
    ...choiceProblems('`telemetry.diagnostics`', diagnostics, [true, false]),
  ];
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && methods.every((name) => isFunction((value as Record<string, unknown>)[name]));
}

function isSerializer(value: unknown): boolean {
  return hasMethods(value, ['serialize', 'deserialize']);
}

export function isRoute(value: unknown): value is Route {
  return isOptions(value) && isContract((value as { readonly contract?: unknown }).contract);
}

/** A member of a list: a contract by its name, so that it is found. */
function nameItem(item: unknown): string {
  return isContract(item) ? `the ${item.kind} "${item.name}"` : nameValue(item);
}
