import { describeServer } from '@waybill/servers/vitest';
import { rabbitmqHarness } from './rabbitmq-harness.ts';
import { testConformance } from './support/conformance.ts';

await describeServer('rabbitmq', (server) => {
  testConformance('rabbitmq, quorum queues', (overrides) => rabbitmqHarness(server.url, { queue: 'quorum', ...overrides }));
});
