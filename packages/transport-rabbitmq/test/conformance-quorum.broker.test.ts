import { describeServer } from '@waybill/servers/vitest';
import { rabbitmqHarness } from './rabbitmq-harness.ts';
import { testConformance } from './support/conformance.ts';

await describeServer('rabbitmq', (server) => {
  testConformance('rabbitmq, quorum queues', () => rabbitmqHarness(server.url, { queue: 'quorum' }));
});
