// For authors of transports: the port, its types, and what an adapter may use of core.

// the port
export type {
  IMessageTransport,
  ITransportTopology,
  OpenOptions,
  ReceiveOptions,
  SendCallOptions,
  ConnectionProblem,
  TransportState,
} from './transport/message-transport.ts';
export type { AckOptions, DeadLetterOptions, ITransportDelivery, RedeliverOptions, SettleResult } from './transport/delivery.ts';
export type { IReceiver, ReceiverState } from './transport/receiver.ts';
export type { IReplyInbox } from './transport/reply-inbox.ts';
export type { DeadLetter, DeadLetterListOptions, DeadLetterPage, ITransportDeadLetters } from './transport/dead-letters.ts';
export type { PublishOverflow } from './transport/send-window.ts';
export type { LaneWait, TransportCapabilities } from './transport/transport-capabilities.ts';
export type {
  EndpointTopology,
  EndpointTransportOptions,
  KeptEntity,
  PlannedEntity,
  SubscriptionTopology,
  TopicTopology,
  Topology,
  TopologyDifference,
  TopologyPlan,
  TopologyPruning,
} from './transport/topology.ts';
export type { Destination, RejectionCode, SendOutcome, TransportEntry, TransportMessage } from './transport/transport-message.ts';

// the guard that every transport runs behind
export { GuardedTransport, guardTransport } from './transport/guarded-transport.ts';
export type { GuardCounters, GuardOptions } from './transport/guarded-transport.ts';

// headers
export { DEAD_LETTER_REASONS, HEADER_PREFIX, HEADERS } from './messages/headers.ts';
export type { DeadLetterReason, HeaderKey } from './messages/headers.ts';
export { isoTimeReader } from './messages/iso-time.ts';
export { MessageHeaders, SLOTS, utf8Length } from './messages/message-headers.ts';

// runtime and errors
export { isPromise } from './runtime/maybe-promise.ts';
export type { MaybePromise } from './runtime/maybe-promise.ts';
export { toMilliseconds } from './runtime/duration.ts';
export type { Duration } from './runtime/duration.ts';
export type { LoopWatch, Runtime, Timer } from './runtime/runtime.ts';
export { sleepBy } from './runtime/sleep-by.ts';
export { systemRuntime } from './runtime/system-runtime.ts';
export type { SystemRuntimeOptions } from './runtime/system-runtime.ts';
export { LOG_EVENTS } from './observability/log-events.ts';
export { silentLogger } from './observability/logger.ts';
export type { LogFields, Logger } from './observability/logger.ts';
export { BusError, ConfigurationError, ConnectionError, DeliveryError, EndpointError, MessageError } from './errors/bus-error.ts';
export type { BusErrorOptions } from './errors/bus-error.ts';
export type { BlastRadius, ErrorCode } from './errors/error-codes.ts';
export { nameValue } from './errors/name-value.ts';
export { BUS_OPTIONS } from './bus/bus-option-names.ts';
export { assertOptions } from './errors/option-problems.ts';
export { isBusError } from './errors/is-bus-error.ts';
