import { describeServer } from '@waybill/servers/vitest';
import { rabbitmqHarness } from './rabbitmq-harness.ts';
import { testConformance } from './support/conformance.ts';

await describeServer('rabbitmq', (server) => {
  testConformance('rabbitmq, classic queues', (overrides) =>
    rabbitmqHarness(server.url, { queue: 'classic', maxPriority: 9, ...overrides }),
  );
});
