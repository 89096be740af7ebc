import { nameValue } from '../errors/name-value.ts';
import { isOptions, optionProblems } from '../errors/option-problems.ts';
import type { BoundHandler } from '../handling/handler.ts';
import { resolveRecovery } from '../recoverability/recovery-policy.ts';
import type { Route } from '../routing/route-table.ts';
import { toPositiveMilliseconds } from '../runtime/duration.ts';
import { choiceProblems, isFunction, listProblems, problemOf } from './bus-option-problems.ts';
import type { BoundEndpoint, EndpointOptions } from './endpoint.ts';

export const DEFAULT_CONCURRENCY = 16;

const ENDPOINT_OPTIONS: readonly string[] = Object.keys({
  handlers: true,
  concurrency: true,
  prefetch: true,
  ordered: true,
  recovery: true,
  timeout: true,
  blockedThreshold: true,
  onUnknown: true,
  passive: true,
  temporary: true,
  middleware: true,
  sendMiddleware: true,
  transport: true,
} satisfies Record<keyof EndpointOptions, true>);
const LANE_WAITS: readonly unknown[] = ['hold', 'park', 'pass'];
const YES_OR_NO: readonly unknown[] = [true, false];
const ON_UNKNOWN: readonly unknown[] = ['skip', 'dead-letter', 'discard'];

export const isPositiveInteger = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

/** What is wrong with the endpoints, each by itself, beside the others, and with the routes that lead to them. */
export function endpointProblems(endpoints: readonly BoundEndpoint[], routes: readonly Route[]): readonly string[] {
  const commandAt = new Map<string, string>();
  return [
    ...sameNameProblems(endpoints),
    ...endpoints.flatMap((one) => [...settingProblems(one), ...handlerProblems(one, commandAt)]),
    ...routeProblems(routes, endpoints),
  ];
}

function sameNameProblems(endpoints: readonly BoundEndpoint[]): readonly string[] {
  const names = endpoints.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) === index && names.lastIndexOf(name) !== index);
  return twice.map((name) => `Two endpoints are named ${nameValue(name)}. Give them different names, or join them.`);
}

function settingProblems({ name, ...options }: BoundEndpoint): readonly string[] {
  const owner = `the endpoint ${nameValue(name)}`;
  return [
    ...optionProblems(owner, options, ENDPOINT_OPTIONS),
    ...concurrencyProblems(owner, options),
    ...orderedProblems(`\`ordered\` of ${owner}`, options.ordered),
    ...problemOf(() => resolveRecovery(options.recovery)).map((problem) => `At ${owner}: ${problem}`),
    ...durationProblems(owner, options, 'timeout'),
    ...durationProblems(owner, options, 'blockedThreshold'),
    ...choiceProblems(`\`onUnknown\` of ${owner}`, options.onUnknown, ON_UNKNOWN),
    ...choiceProblems(`\`passive\` of ${owner}`, options.passive, YES_OR_NO),
    ...temporaryProblems(owner, options),
    ...transportProblems(`\`transport\` of ${owner}`, options.transport),
    ...listProblems(`\`middleware\` of ${owner}`, options.middleware, isFunction, 'List functions: `(context, next) => …`.'),
    ...listProblems(`\`sendMiddleware\` of ${owner}`, options.sendMiddleware, isFunction, 'List functions: `(context, next) => …`.'),
  ];
}

/** What belongs to one bus can be found by no sender, and is read by one process. */
function temporaryProblems(owner: string, { temporary, ordered, passive, handlers }: Omit<BoundEndpoint, 'name'>): readonly string[] {
  if (temporary !== true) return choiceProblems(`\`temporary\` of ${owner}`, temporary, YES_OR_NO);
  const others = handlers.filter(({ contract }) => contract.kind !== 'event').map(({ contract }) => nameValue(contract.name));
  return [
    ...(others.length === 0
      ? []
      : [
          `${owner} is \`temporary\` and handles ${others.join(', ')}, which no event is: it would not be found. Give it an endpoint that lasts.`,
        ]),
    ...(ordered === undefined || ordered === false
      ? []
      : [`${owner} is \`temporary\` and \`ordered\`. One process reads it: drop \`ordered\`, and write \`concurrency: 1\` for order.`]),
    ...(passive === true
      ? [`${owner} is \`temporary\` and \`passive\`. Nobody pushes from a place that comes and goes: drop one of them.`]
      : []),
  ];
}

function durationProblems(owner: string, options: Omit<BoundEndpoint, 'name'>, name: 'timeout' | 'blockedThreshold'): readonly string[] {
  const value = options[name];
  return problemOf(() => value === undefined || toPositiveMilliseconds(value, name)).map((problem) => `At ${owner}: ${problem}`);
}

/** Endpoints that were given options of another transport. */
export function foreignOptionProblems(endpoints: readonly BoundEndpoint[], transport: string): readonly string[] {
  return endpoints
    .filter(({ transport: options }) => isTransportOptions(options) && options?.transport !== transport)
    .map(({ name, transport: options }) => {
      const maker = nameValue(options?.transport);
      return `\`transport\` of the endpoint ${nameValue(name)} was made by the transport ${maker}; this bus has ${nameValue(transport)}. Make it with the \`endpoint\` function of that one, or drop it.`;
    });
}

const isTransportOptions = (value: unknown): boolean =>
  isOptions(value) && typeof (value as { readonly transport?: unknown }).transport === 'string';

function transportProblems(option: string, value: unknown): readonly string[] {
  if (value === undefined || isTransportOptions(value)) return [];
  return [`${option} is ${nameValue(value)}. Make it with the \`endpoint\` function of your transport, or drop it.`];
}

function concurrencyProblems(owner: string, { concurrency = DEFAULT_CONCURRENCY, prefetch }: EndpointOptions<string>): readonly string[] {
  if (!isPositiveInteger(concurrency)) return [`\`concurrency\` of ${owner} is ${nameValue(concurrency)}. Use a whole number from 1.`];
  if (prefetch === undefined || (isPositiveInteger(prefetch) && prefetch >= concurrency)) return [];
  return [`\`prefetch\` of ${owner} is ${nameValue(prefetch)}. Use a whole number of at least its concurrency, ${concurrency}.`];
}

function orderedProblems(option: string, ordered: unknown): readonly string[] {
  if (ordered === undefined || typeof ordered === 'boolean') return [];
  if (!isOptions(ordered)) return [`${option} is ${nameValue(ordered)}. Use true, false or \`{ onWait: 'hold' }\`.`];
  const { onWait } = ordered as { readonly onWait?: unknown };
  const missing = onWait === undefined ? [`\`onWait\` is missing in ${option}. Use one of "hold", "park", "pass".`] : [];
  return [...optionProblems(option, ordered, ['onWait']), ...missing, ...choiceProblems(`\`onWait\` in ${option}`, onWait, LANE_WAITS)];
}

function handlerProblems({ name, handlers }: BoundEndpoint, commandAt: Map<string, string>): readonly string[] {
  const ids = new Set<string>();
  return handlers.flatMap((bound) => {
    const problem = bound.contract.kind === 'event' ? sameIdProblem(bound, name, ids) : secondHandlerProblem(bound, name, commandAt);
    ids.add(bound.id);
    return problem;
  });
}

function sameIdProblem({ contract, id }: BoundHandler, endpoint: string, ids: ReadonlySet<string>): readonly string[] {
  if (!ids.has(id)) return [];
  return [
    `Two handlers of "${contract.name}" at the endpoint "${endpoint}" have the same id. Give them ids: \`handler(X, fn, { id })\`, \`@handles(X, { id })\`.`,
  ];
}

function secondHandlerProblem({ contract }: BoundHandler, endpoint: string, commandAt: Map<string, string>): readonly string[] {
  const other = commandAt.get(contract.name);
  commandAt.set(contract.name, endpoint);
  if (other === undefined) return [];
  const places = other === endpoint ? `at the endpoint "${endpoint}"` : `at the endpoints "${other}" and "${endpoint}"`;
  return [`The ${contract.kind} "${contract.name}" has two handlers ${places}. It must have one.`];
}

/** Routes that cannot be meant: of events, two of one contract, and to an endpoint of this bus that does not handle it. */
function routeProblems(routes: readonly Route[], endpoints: readonly BoundEndpoint[]): readonly string[] {
  const routed = new Map<string, string>();
  return routes.flatMap(({ contract, endpoint }) => {
    const before = routed.get(contract?.name);
    routed.set(contract?.name, endpoint);
    if (before !== undefined && before !== endpoint)
      return [`Two routes of "${contract.name}" lead to "${before}" and "${endpoint}". Keep one.`];
    const own = endpoints.find(({ name }) => name === endpoint);
    if (own === undefined || own.handlers.some((bound) => bound.contract.name === contract.name)) return [];
    return [
      `The route of "${contract.name}" leads to the endpoint "${endpoint}" of this bus, which has no handler for it. List one there, or mend the route.`,
    ];
  });
}
