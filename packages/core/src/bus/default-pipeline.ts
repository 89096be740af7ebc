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

/** THE page, outwards: every step of a message on its way out, top to bottom. Then it is captured, or handed to the transport. */
export function outgoingSteps(parts: PipelineParts, middleware: readonly Middleware<OutgoingContext>[]): readonly Step<OutgoingContext>[] {
  return [
    checkOptions,
    resolveDestination(parts.routes),
    applyHeaders,
    assignIdentifiers(parts.runtime, parts.source),
    ...(parts.spans === undefined ? [] : [startProduceSpan(parts.spans)]),
    checkCapabilities(parts.runtime, parts.transport, parts.capabilities),
    ...middleware.map(userStep),
    validateOutgoing,
    serializeMessage(parts.serializers),
  ];
}

/** THE page, inwards: every step of a message on its way in, top to bottom. Then what the handlers sent leaves, and the ack follows. */
export function incomingSteps(
  parts: PipelineParts,
  table: HandlerTable,
  middleware: readonly Middleware<ConsumeContext>[],
): readonly Step<IncomingContext>[] {
  return [
    ...(parts.spans === undefined ? [] : [startConsumeSpan(parts.spans)]),
    checkHeaders,
    resolveContract(table),
    rejectExpired(parts.runtime),
    deserializeMessage(parts.serializers),
    validateIncoming,
    ...(middleware as unknown as readonly Middleware<IncomingContext>[]).map(userStep),
    invokeHandlers(table),
  ];
}

function userStep<Context>(run: Middleware<Context>, index: number): Step<Context> {
  return { name: run.name === '' ? `middleware-${index + 1}` : run.name, description: 'Middleware of the application.', run };
}
