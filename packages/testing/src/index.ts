// the harness
export { createTestHarness } from './harness/create-test-harness.ts';
export type { HarnessSettings, TestHarnessOptions } from './harness/harness-options.ts';
export type { PassingOptions, TestHarness } from './harness/test-harness.ts';

// what it recorded
export type { PayloadOf, RecordedMessage, RecordKind } from './recording/recorded-message.ts';
export type { ContractOf, RecordedMessages, Where } from './expecting/recorded-messages.ts';
export type { FieldPattern, MessagePattern } from './expecting/message-pattern.ts';
export { TestFailure } from './expecting/test-failure.ts';
export type { Timeline } from './timeline/timeline.ts';

// faults
export { forSeeds } from './faults/for-seeds.ts';
export type { SeedRange } from './faults/for-seeds.ts';
export type { FaultRates } from './faults/seeded-faults.ts';

// one handler
export { testHandler } from './handlers/test-handler.ts';
export type { DecoratedClass, HandlerTarget, HandlerTestOptions, HandlerTestResult } from './handlers/test-handler.ts';

// given, when, then
export { message, scenario } from './scenario/scenario.ts';
export type { GivenMessage, GivenScenario, Scenario, ToldScenario } from './scenario/scenario.ts';
export { failed, nothingElse, published, replied, sent } from './scenario/expectations.ts';
export type { ErrorPattern, Expectation } from './scenario/expectations.ts';
