export { TRANSPORT_CASES, testTransport } from './transport/index.ts';
export type { TransportCase } from './transport/transport-case.ts';
export type { TransportHarness } from './transport/transport-harness.ts';
export type { TestRunner, Verdict } from './runner.ts';
