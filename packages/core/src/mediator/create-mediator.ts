import type { IContainer } from '../container/container.ts';
import { registerClasses, runnableHandlers } from '../container/runnable-handlers.ts';
import { boundHandlersOf } from '../decorators/bound-handlers.ts';
import { nameValue } from '../errors/name-value.ts';
import { optionProblems } from '../errors/option-problems.ts';
import { ProblemReport } from '../errors/problem-report.ts';
import type { BoundHandler, HandlerLike, HandlerList, RunnableHandler } from '../handling/handler.ts';
import { limitHandler } from '../handling/limit-handler.ts';
import type { Logger } from '../observability/logger.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import { linkSteps } from '../pipeline/pipeline.ts';
import type { Middleware, Step } from '../pipeline/step.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { systemRuntime } from '../runtime/system-runtime.ts';
import { callHandlers } from './call-handlers.ts';
import type { DispatchOptions } from './dispatch-queue.ts';
import { DispatchQueue, dispatchProblems } from './dispatch-queue.ts';
import type { Mediator } from './mediator.ts';
import type { MediatorContext } from './mediator-context.ts';
import type { MediatorRoute } from './running-mediator.ts';
import { RunningMediator } from './running-mediator.ts';

/** Options of {@link createMediator}. */
export interface MediatorOptions {
  /** One handler for a command or query, any number for an event. */
  readonly handlers: HandlerList;
  /** Makes the instances of handler classes, one scope for each call of a handler. @default `new Handler()` */
  readonly container?: IContainer;
  /** Middleware around the handlers of a message, outermost first; the same as on a bus. @default none */
  readonly middleware?: readonly Middleware<ConsumeContext>[];
  /**
   * Handles published events in the background, within bounds: `publish` resolves when the event has a place, and not when it is handled.
   * What handlers publish is handled in their own place. @default none: `publish` resolves when all handlers have returned
   */
  readonly dispatch?: DispatchOptions;
  /** Ids and timers. @default systemRuntime({ logger }) */
  readonly runtime?: Runtime;
  /** Where log events go; ignored when `runtime` is given. @default that of `systemRuntime` */
  readonly logger?: Logger;
}

const KNOWN_OPTIONS: readonly string[] = Object.keys({
  handlers: true,
  container: true,
  middleware: true,
  dispatch: true,
  runtime: true,
  logger: true,
} satisfies Record<keyof MediatorOptions, true>);

/**
 * Builds a mediator: the same handlers as on a bus, in this process. Checks all options and reports every mistake at once. It
 * can be used at once; there is nothing to start.
 *
 * ```ts no-check
 * await using mediator = createMediator({ handlers: [SubmitOrderHandler, getOrder] });
 * const view = await mediator.request(GetOrder, { orderId: '1' });
 * ```
 * @throws ConfigurationError `CONFIGURATION_INVALID` with `details.problems` and `details.codes`
 */
export function createMediator(options: MediatorOptions): Mediator {
  const bound = bindAll(options);
  const runtime = options.runtime ?? systemRuntime(options.logger === undefined ? {} : { logger: options.logger });
  const byContract = new Map<string, RunnableHandler[]>();
  for (const runnable of runnableHandlers(bound, options.container, runtime.logger)) {
    const one = limitHandler(runnable, undefined, runtime);
    byContract.set(one.contract.name, [...(byContract.get(one.contract.name) ?? []), one]);
  }
  const routes = Array.from(byContract.values(), (handlers) => linkRoute(handlers, options.middleware ?? []));
  return new RunningMediator(routes, runtime, options.dispatch === undefined ? undefined : new DispatchQueue(options.dispatch, runtime));
}

/** The handlers, bound and known to the container. */
function bindAll(options: MediatorOptions): readonly BoundHandler[] {
  const report = new ProblemReport();
  report.add([...optionProblems('`createMediator`', options, KNOWN_OPTIONS), ...shapeProblems(options ?? {})]);
  const handlers: readonly HandlerLike[] = Array.isArray(options?.handlers) ? options.handlers : [];
  const bound = handlers.flatMap((one) => report.collect(() => boundHandlersOf(one, '`createMediator`')) ?? []);
  report.add(ambiguous(bound));
  report.collect(() => registerClasses(bound, options?.container));
  report.assertNone('The mediator');
  return bound;
}

function shapeProblems({ handlers, middleware = [], dispatch }: Partial<MediatorOptions>): readonly string[] {
  const problems: string[] = [...dispatchProblems(dispatch)];
  if (!Array.isArray(handlers)) problems.push(`\`handlers\` is ${nameValue(handlers)}. Pass a list: \`handlers: [handler(X, fn)]\`.`);
  if (!Array.isArray(middleware) || middleware.some((one) => typeof one !== 'function'))
    problems.push('`middleware` is no list of functions. List functions: `(context, next) => …`.');
  return problems;
}

function ambiguous(handlers: readonly BoundHandler[]): readonly string[] {
  const seen = new Set<string>();
  const twice = handlers.filter(({ contract }) => contract.kind !== 'event' && seen.size === seen.add(contract.name).size);
  return twice.map(({ contract }) => `The ${contract.kind} "${contract.name}" has two handlers. It must have one.`);
}

function linkRoute(handlers: readonly RunnableHandler[], middleware: readonly Middleware<ConsumeContext>[]): MediatorRoute {
  const { contract } = handlers[0] as RunnableHandler;
  const steps = (middleware as unknown as readonly Middleware<MediatorContext>[]).map((run, index): Step<MediatorContext> => ({
    name: run.name === '' ? `middleware-${index + 1}` : run.name,
    description: 'Middleware of the application.',
    run,
  }));
  const last = { name: 'call-handlers', description: 'Calls the handlers of the message.', run: callHandlers(contract, handlers) };
  return { contract, run: linkSteps([...steps, last]) };
}
