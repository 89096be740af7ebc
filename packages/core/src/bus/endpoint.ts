import type { HandlerList } from '../handling/handler.ts';
import type { RecoveryOptions } from '../recoverability/recovery-policy.ts';
import type { EndpointTransportOptions } from '../transport/topology.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { Middleware } from '../pipeline/step.ts';

/** Options of {@link endpoint}. */
export interface EndpointOptions {
  readonly handlers: HandlerList;
  /** The most handlers that run at once. @default 16 */
  readonly concurrency?: number;
  /** The most deliveries held at once, those being handled included; at least `concurrency`. @default twice the concurrency */
  readonly prefetch?: number;
  /** Messages of one partition key are handled one after another, in order. @default false */
  readonly ordered?: boolean;
  readonly recovery?: RecoveryOptions;
  /** Middleware for this endpoint, inside that of the bus. */
  readonly middleware?: readonly Middleware<ConsumeContext>[];
  /** Options of the transport for this endpoint, made by its own factory. */
  readonly transport?: EndpointTransportOptions;
}

/** An endpoint as the bus gets it. */
export interface Endpoint extends EndpointOptions {
  readonly name: string;
}

/** Names a place that receives, its handlers and its settings. Checked when the bus is created. */
export function endpoint(name: string, options: EndpointOptions): Endpoint {
  return Object.freeze({ ...options, name });
}
