import { isOptions } from '../errors/option-problems.ts';
import type { BoundHandler, HandlerList } from '../handling/handler.ts';
import type { RecoveryOptions } from '../recoverability/recovery-policy.ts';
import type { Duration } from '../runtime/duration.ts';
import type { EndpointTransportOptions } from '../transport/topology.ts';
import type { LaneWait } from '../transport/transport-capabilities.ts';
import type { ConsumeContext } from '../pipeline/consume-context.ts';
import type { OutgoingContext } from '../pipeline/outgoing-context.ts';
import type { Middleware } from '../pipeline/step.ts';

/** Options of {@link endpoint}. `TransportName` is the transport whose options it holds; none by default. */
export interface EndpointOptions<TransportName extends string = never> {
  /** Functions bound by `handler`, classes decorated with `@handles` or bound by `handlerClass`, in any mixture. */
  readonly handlers: HandlerList;
  /** The most handlers that run at once. @default 16 */
  readonly concurrency?: number;
  /** The most deliveries held at once, those being handled included; at least `concurrency`. @default twice the concurrency */
  readonly prefetch?: number;
  /**
   * Messages of one partition key form a lane: they are handled one after another, in order, by one process. `onWait` says
   * what the others of a lane do while one of them waits for its redelivery: `hold` waits with it, `pass` goes on, `park`
   * follows it and needs a store. What the transport cannot do fails `start()` with `CAPABILITY_NOT_SUPPORTED`. A message
   * that is dead-lettered has left its lane. A message without a partition key is in no lane and has no order; the first that
   * comes is logged as `message.unordered`. `true` is `{ onWait: 'hold' }`. @default false
   */
  readonly ordered?: boolean | { readonly onWait: LaneWait };
  /** What happens to a message whose handler failed. @default none: it is dead-lettered after its first attempt */
  readonly recovery?: RecoveryOptions;
  /** How long a handler may take; then its signal aborts and the attempt fails as `HANDLER_TIMEOUT`. A handler's own `timeout` wins. @default no limit */
  readonly timeout?: Duration;
  /**
   * A handler that holds the event loop for longer than this without a pause is reported: logged as `handler.blocking` with
   * the code `EVENT_LOOP_BLOCKED`, and counted in `bus.endpoint(name).eventLoopBlocked`. @default '500ms'
   */
  readonly blockedThreshold?: Duration;
  /**
   * What is done with messages of names that nobody here handles: set aside in `<endpoint>.skipped`, dead-lettered, or
   * acknowledged. Each is logged as `message.skipped`, with its id and where it is. @default 'skip'; 'discard' where the endpoint reads a log
   */
  readonly onUnknown?: 'skip' | 'dead-letter' | 'discard';
  /**
   * Fetches nothing: a platform pushes its messages, and `bus.receive` hands them in. The rest is as elsewhere, but `prefetch`
   * means nothing, and what the handlers send leaves before the platform acks. @default false
   */
  readonly passive?: boolean;
  /**
   * For events that every instance of a service must see: each bus has an endpoint of its own, with a name of its own at the broker. It
   * begins empty at `start()`, whatever `provisioning` says, and goes with the bus: at `stop()`, or by itself some minutes after the process
   * has ended without it. Its dead letters and what is set aside stay, at the endpoint's name, for all instances together. It handles
   * events only, and is neither `ordered` nor `passive`. @default false
   */
  readonly temporary?: boolean;
  /** Middleware for this endpoint, inside that of the bus. @default none */
  readonly middleware?: readonly Middleware<ConsumeContext>[];
  /** Middleware around every message that leaves handlers of this endpoint, inside that of the bus. @default none */
  readonly sendMiddleware?: readonly Middleware<OutgoingContext>[];
  /** Options of the transport for this endpoint, made by its own factory; those of another transport do not compile, and are refused. @default those of the transport */
  readonly transport?: EndpointTransportOptions<TransportName>;
}

/** An endpoint as the bus gets it. */
export interface Endpoint<TransportName extends string = never> extends EndpointOptions<TransportName> {
  readonly name: string;
}

/** An endpoint whose handlers are bound: what a decorated class handles is known. */
export interface BoundEndpoint extends Endpoint<string> {
  readonly handlers: readonly BoundHandler[];
  /** What a temporary endpoint of this bus is told apart by at the broker. */
  readonly instance?: string;
}

/**
 * Names a place that receives, its handlers and its settings. Nothing is checked here: `createBus` reports what is wrong,
 * unknown options too, together with all else.
 */
export function endpoint<TransportName extends string = never>(
  name: string,
  options: EndpointOptions<TransportName>,
): Endpoint<TransportName> {
  return Object.freeze({ ...(isOptions(options) ? options : {}), name } as Endpoint<TransportName>);
}
