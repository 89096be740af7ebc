/** A part of the page of options: what takes them, and the types that hold them. */
export interface OptionSection {
  readonly title: string;
  readonly types: readonly string[];
}

/** Types whose names end with `Options`, and that stand in none of these, follow by package. */
export const OPTION_SECTIONS: readonly OptionSection[] = [
  { title: 'createBus', types: ['BusOptions', 'BusBaseOptions', 'TelemetryOptions', 'RelayOptions', 'InboxOptions'] },
  { title: 'endpoint', types: ['EndpointOptions', 'EndpointTransportOptions'] },
  { title: 'recovery', types: ['RecoveryOptions', 'RetryPolicies', 'RetryOptions'] },
  { title: 'handler, handlerClass, @handles', types: ['HandlerOptions'] },
  { title: 'defineCommand, defineEvent, defineQuery', types: ['ContractOptions', 'RequestContractOptions', 'JsonSchemaOptions'] },
  { title: 'send, publish, request', types: ['SendOptions', 'RequestOptions', 'BatchOptions'] },
  { title: 'createMediator', types: ['MediatorOptions', 'DispatchOptions'] },
  { title: 'bus.validate', types: ['ValidateOptions'] },
  { title: 'bus.outbox', types: ['HeldQuery'] },
  { title: 'bus.deadLetters', types: ['DeadLetterQuery', 'DeadLetterActionOptions'] },
  { title: 'memory, memoryBroker', types: ['MemoryOptions', 'MemoryBrokerOptions'] },
  { title: 'rabbitmq', types: ['RabbitmqOptions', 'RabbitmqCredentials'] },
  { title: 'rabbitmq.endpoint', types: ['RabbitmqEndpointOptions'] },
  { title: 'postgres', types: ['PostgresOptions'] },
  { title: 'createTestHarness', types: ['TestHarnessOptions', 'HarnessSettings', 'FaultRates', 'PassingOptions'] },
  { title: 'testHandler', types: ['HandlerTestOptions'] },
  { title: 'inversify', types: ['InversifyOptions'] },
  { title: 'jsonSerializer', types: ['JsonSerializerOptions'] },
  {
    title: 'consoleLogger, systemRuntime, virtualRuntime',
    types: ['ConsoleLoggerOptions', 'SystemRuntimeOptions', 'VirtualRuntimeOptions'],
  },
  { title: 'new UnrecoverableError', types: ['BusErrorOptions'] },
];
