import type { HandlerTable } from '../handling/handler-table.ts';
import { invokeHandlers } from '../handling/invoke-handlers.ts';
import { resolveContract } from '../handling/resolve-contract.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { IncomingContext } from '../pipeline/incoming-context.ts';
import { checkHeaders } from '../pipeline/incoming/check-headers.ts';
import { deserializeMessage } from '../pipeline/incoming/deserialize-message.ts';
import { rejectExpired } from '../pipeline/incoming/reject-expired.ts';
import { startConsumeSpan } from '../pipeline/incoming/start-consume-span.ts';
import { validateIncoming } from '../pipeline/incoming/validate-message.ts';
import type { MessageSpans } from '../pipeline/message-spans.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import { applyHeaders } from '../pipeline/outgoing/apply-headers.ts';
import { checkOptions } from '../pipeline/outgoing/check-options.ts';
import { assignIdentifiers } from '../pipeline/outgoing/assign-identifiers.ts';
import { serializeMessage } from '../pipeline/outgoing/serialize-message.ts';
import { startProduceSpan } from '../pipeline/outgoing/start-produce-span.ts';
import { validateOutgoing } from '../pipeline/outgoing/validate-message.ts';
import type { Middleware, Step } from '../pipeline/step.ts';
import { checkCapabilities } from '../routing/check-capabilities.ts';
import { resolveDestination } from '../routing/resolve-destination.ts';
import type { RouteTable } from '../routing/route-table.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { SerializerRegistry } from '../serialization/serializer-registry.ts';
import type { TransportCapabilities } from '../transport/transport-capabilities.ts';
import { invokeInUnits } from '../unit-of-work/invoke-in-units.ts';
import type { UnitStepParts } from '../unit-of-work/invoke-in-units.ts';

/** What the steps of one bus are made from. */
export interface PipelineParts {
  readonly runtime: Runtime;
  readonly source: string;
  readonly serializers: SerializerRegistry;
  readonly routes: RouteTable;
  readonly transport: string;
  readonly capabilities: TransportCapabilities;
  /** Given where somebody traces. */
  readonly spans: MessageSpans | undefined;
}

/** Middleware of the application, by where it was given. Outermost first: that of the bus, then that of the endpoint. */
export interface UserMiddleware<Context> {
  readonly bus: readonly Middleware<Context>[];
  /** Inwards those of the endpoint that receives; outwards those of each endpoint, for what its handlers send. */
  readonly endpoints: readonly { readonly name: string; readonly middleware: readonly Middleware<Context>[] }[];
}

/** THE page, outwards: every step of a message on its way out, top to bottom. Then it is captured, or handed to the transport. */
export function outgoingSteps(parts: PipelineParts, middleware: UserMiddleware<OutgoingContext>): readonly Step<OutgoingContext>[] {
  return [
    checkOptions,
    resolveDestination(parts.routes),
    applyHeaders,
    assignIdentifiers(parts.runtime, parts.source, parts.serializers),
    ...(parts.spans === undefined ? [] : [startProduceSpan(parts.spans)]),
    checkCapabilities(parts.runtime, parts.transport, parts.capabilities),
    ...middleware.bus.map(busStep),
    ...middleware.endpoints.flatMap(({ name, middleware: own }) => own.map((run, index) => endpointStep(onlyFrom(name, run), index, name))),
    validateOutgoing,
    serializeMessage(parts.serializers),
  ];
}

/** THE page, inwards: every step of a message on its way in, top to bottom. Then what the handlers sent leaves, and the ack follows. */
export function incomingSteps(
  parts: PipelineParts,
  table: HandlerTable,
  middleware: UserMiddleware<ConsumeContext>,
  units?: UnitStepParts,
): readonly Step<IncomingContext>[] {
  const { bus, endpoints } = middleware as unknown as UserMiddleware<IncomingContext>;
  return [
    ...(parts.spans === undefined ? [] : [startConsumeSpan(parts.spans)]),
    checkHeaders,
    resolveContract(table),
    rejectExpired(parts.runtime),
    deserializeMessage(parts.serializers),
    validateIncoming,
    ...bus.map(busStep),
    ...endpoints.flatMap(({ name, middleware: own }) => own.map((run, index) => endpointStep(run, index, name))),
    units === undefined ? invokeHandlers(table) : invokeInUnits(table, units),
  ];
}

function busStep<Context>(run: Middleware<Context>, index: number): Step<Context> {
  return { name: run.name === '' ? `middleware-${index + 1}` : run.name, description: 'Middleware of the bus.', run };
}

function endpointStep<Context>(run: Middleware<Context>, index: number, endpoint: string): Step<Context> {
  return {
    name: run.name === '' ? `${endpoint}-middleware-${index + 1}` : run.name,
    description: `Middleware of the endpoint "${endpoint}".`,
    run,
  };
}

/** The same middleware, for what handlers of one endpoint send. */
function onlyFrom(endpoint: string, middleware: Middleware<OutgoingContext>): Middleware<OutgoingContext> {
  const run: Middleware<OutgoingContext> = (context, next) =>
    context.parent?.endpoint === endpoint ? middleware(context, next) : next(context);
  return Object.defineProperty(run, 'name', { value: middleware.name });
}
