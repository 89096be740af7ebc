// For applications.

// contracts
export { defineCommand, defineEvent, defineQuery } from './messages/define-contract.ts';
export type { ContractOptions, ReplyInputs, ReplyOutputs, ReplySchemas, RequestContractOptions } from './messages/define-contract.ts';
export type {
  AnyCommand,
  AnyEvent,
  AnyRequest,
  Command,
  Contract,
  ContractKind,
  Event,
  InputOf,
  MessageOf,
  OneOf,
  Query,
  ReplyInputOf,
  ReplyOf,
  Untyped,
} from './messages/contract.ts';
export { jsonSchemaOf } from './messages/json-schema.ts';
export type { JsonSchemaOptions } from './messages/json-schema.ts';
export { typed } from './messages/standard-schema.ts';
export type { SchemaInput, SchemaIssue, SchemaOutput, SchemaResult, StandardSchema } from './messages/standard-schema.ts';

// faults
export { Fault, isFaultOf } from './messages/fault.ts';
export type { FaultError } from './messages/fault.ts';

// handlers
export { handler } from './handling/handler.ts';
export { handlerClass } from './handling/handler-class.ts';
export { handles } from './decorators/handles.ts';
export type {
  AnyHandle,
  BoundHandler,
  HandlerFunction,
  HandlerLike,
  HandlerList,
  HandlerMethod,
  HandlerOptions,
  HandlerResult,
  AnyIdempotencyKey,
  IdempotencyKey,
} from './handling/handler.ts';
export type { AnyHandlerClass, Handler, HandlerClass } from './handling/handler-class.ts';
export type { HandlesDecorator } from './decorators/handles.ts';
export type { ConsumeContext, Replied, ReplyKind, ReplyMessage } from './pipeline/consume-context.ts';

// the bus
export { createBus } from './bus/create-bus.ts';
export type { Bus, BusState, EndpointControl, ReplyCounts } from './bus/bus.ts';
export type { BusBaseOptions, BusOptions } from './bus/bus-options.ts';
export { describeBus } from './bus/describe-bus.ts';
export type {
  BusDescription,
  ContractDescription,
  EndpointDescription,
  HandlerDescription,
  RecoveryDescription,
  RouteDescription,
  StepDescription,
  StoreDescription,
} from './bus/bus-description.ts';
export type { ConfigurationProblem, ValidateOptions } from './bus/validate-bus.ts';

// outbox and inbox
export type { RelayOptions } from './outbox/relay-options.ts';
export type { InboxOptions } from './inbox/inbox-options.ts';
export type { HeldQuery, OutboxControl } from './outbox/outbox-control.ts';
export type { HeldRow, OutboxRow, OutboxStatus } from './outbox/outbox-store.ts';

// transactions
export type { Register, RegisteredTransaction } from './pipeline/register.ts';
export type { TransactionContext } from './unit-of-work/bus-transaction.ts';

// endpoints
export { endpoint } from './bus/endpoint.ts';
export type { Endpoint, EndpointOptions } from './bus/endpoint.ts';
export type { PushedMessage, PushedOutcome } from './receiving/pushed-message.ts';
export type { PublishOverflow } from './transport/send-window.ts';
export type { LaneWait, TransportCapabilities } from './transport/transport-capabilities.ts';
export type {
  EndpointTransportOptions,
  KeptEntity,
  PlannedEntity,
  TopologyDifference,
  TopologyPlan,
  TopologyPruning,
} from './transport/topology.ts';
export type {
  BusTopology,
  PrintedPlan,
  PrintedPruning,
  PruneOptions,
  TopologyChanges,
  TopologyComparison,
  TopologyOptions,
} from './bus/bus-topology.ts';
export type { Provisioning } from './bus/topology-keeper.ts';

// sending
export { assertSent } from './pipeline/batch.ts';
export type { BatchOptions, BatchOutcome } from './pipeline/batch.ts';
export type { MessageSender, RequestOptions, SendOptions } from './pipeline/message-sender.ts';
export { route } from './routing/route-table.ts';
export type { Route, RouteRule } from './routing/route-table.ts';

// recovery
export type { RecoveryOptions, RetryEvent } from './recoverability/recovery-policy.ts';
export { isTransient, onError } from './recoverability/error-rule.ts';
export type { ErrorAction, ErrorClass, ErrorMatch, ErrorRule } from './recoverability/error-rule.ts';
export { retry } from './recoverability/retry-policy.ts';
export type { RetryOptions, RetryPolicies, RetryPolicy } from './recoverability/retry-policy.ts';

// observing
export type { TelemetryOptions } from './bus/telemetry-options.ts';
export type {
  BusStatistics,
  ContractStatistics,
  DurationStatistics,
  EndpointStatistics,
  OutboxStatistics,
  SendStatistics,
} from './bus/statistics.ts';
export type { BusHealth, HealthCheck, HealthStatus } from './bus/health.ts';
export type { DiagnosticsMessage } from './pipeline/diagnostics-tracer.ts';
export type { BusEvent, BusObserver, ObservedMessage, SettledAs } from './pipeline/bus-events.ts';
export type { DeadLetterReason } from './messages/headers.ts';

// the mediator
export { createMediator } from './mediator/create-mediator.ts';
export type { MediatorOptions } from './mediator/create-mediator.ts';
export type { Mediator } from './mediator/mediator.ts';
export type { DispatchCounts, DispatchOptions } from './mediator/dispatch-queue.ts';

// middleware
export { forContract } from './pipeline/for-contract.ts';
export type { ContextFor } from './pipeline/for-contract.ts';
export type { Middleware, Next, PipelineContext } from './pipeline/step.ts';
export type { OutgoingContext } from './pipeline/outgoing-context.ts';

// dead letters
export type {
  DeadLetterActionOptions,
  DeadLetterFilter,
  DeadLetterItem,
  DeadLetterListing,
  DeadLetterOutcome,
  DeadLetterQuery,
  DeadLetterReport,
  DeadLetters,
  DeadLetterSelection,
  DeadLetterSummary,
} from './dead-letters/dead-letters.ts';

// errors
export {
  BusError,
  ConfigurationError,
  ConnectionError,
  DeliveryError,
  EndpointError,
  MessageError,
  StoreError,
  UnrecoverableError,
} from './errors/bus-error.ts';
export type { BusErrorOptions } from './errors/bus-error.ts';
export { ERROR_CODES } from './errors/error-codes.ts';
export type { BlastRadius, ErrorCode, ErrorCodeEntry } from './errors/error-codes.ts';
export { isBusError } from './errors/is-bus-error.ts';

// runtime
export { systemRuntime } from './runtime/system-runtime.ts';
export type { SystemRuntimeOptions } from './runtime/system-runtime.ts';
export type { LoopWatch, Runtime, Timer } from './runtime/runtime.ts';
export type { Duration } from './runtime/duration.ts';
export { silentLogger } from './observability/logger.ts';
export type { LogFields, Logger } from './observability/logger.ts';
export { consoleLogger } from './observability/console-logger.ts';
export type { ConsoleLoggerOptions, LogConsole, LogLevel } from './observability/console-logger.ts';
